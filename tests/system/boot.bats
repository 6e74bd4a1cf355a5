# Whole boots of a Debian with systemd and services, in a container of its own namespaces: enabled, broken,
# switched off, denied. Run by scripts/system-tests.sh, which makes the root (OX_SYSTEM_ROOT).
#
# In the guest report.service waits until the boot is over, runs /report.d/*, writes what it sees to /report,
# and powers off.

load helper

setup_file() {
  need_root
  need systemd-nspawn jq
  make_tree
  unpack "$OX_SYSTEM_ROOT" guest
  rm -f "$guest/etc/machine-id" && echo "0123456789abcdef0123456789abcdef" >"$guest/etc/machine-id"
  mkdir "$guest/report.d"
  after_boot <<'SH'
rm -rf /report && mkdir /report
timeout 60 systemctl is-system-running --wait >/report/running
for file in /report.d/*; do [ ! -e "$file" ] || bash "$file" >>/report/log 2>&1; done
oxidalloc-status --json >/report/status.json
oxidalloc-status >/report/status.txt
systemctl --failed --plain --no-legend >/report/failed
journalctl -b --no-pager >/report/journal
cat /proc/1/maps >/report/maps.1
systemctl poweroff
SH
}

setup() { rm -rf "$guest"/report "$guest"/report.d/*; }
teardown() { "$tree/usr/sbin/oxidalloc-disable" --root "$guest" --purge >/dev/null; cp "$tree/usr/lib/liboxidalloc.so" "$guest/usr/lib/"; }

enable() { "$tree/usr/sbin/oxidalloc-enable" --root "$guest" "$@"; }
live() { echo "$(live_directory "$guest")/liboxidalloc.so"; }

state() { reported ".processes[] | select(.name == \"$1\") | .state" "$2"; }

@test "libc: the root itself boots" {
  boot
  up
  reported .enabled false
}

@test "enabled: every service is up and on the allocator, PID 1 is not" {
  enable
  boot
  up
  reported .enabled true
  reported .mode boot-safe
  reported '.drift | length' 0
  reported '.processes[] | select(.pid == 1) | .state' untouched
  reported '[.processes[] | select(.state != "ours" and .pid != 1) | .name] | join(" ")' ""
  state /usr/sbin/cron ours
  reported '[.processes[] | select(.name == "/usr/sbin/nginx" and .state == "ours")] | length > 1' true
  reported .incomplete_boots 0
  [ -z "$(grep 'ERROR: ld.so\| oxidalloc: ' "$guest/report/journal")" ] # nobody complained
}

@test "PID 1 stays on libc when it executes itself anew" {
  enable
  echo 'systemctl daemon-reexec' >"$guest/report.d/reexec"
  boot
  up
  grep -q liboxidalloc "$guest/report/maps.1" # it is mapped now, and does nothing
  reported '.processes[] | select(.pid == 1) | .why' "denied by the denylist"
}

@test "a broken library: the system is up, the allocator off, status says why" {
  for fault in constructor malloc fork; do
    enable
    cp "$OX_BUILD/tests/faulty/liboxidalloc-$fault.so" "$(live)"
    boot
    up
    reported .enabled false
    reported .counts.ours 0
    reported '.refusals[0] | startswith("off for this boot: the library failed the check")' true
    "$tree/usr/sbin/oxidalloc-disable" --root "$guest"
  done
  enable
  truncate -s 5000 "$(live)"
  boot
  up
  reported .enabled false
  reported '.refusals[0] | contains("truncated")' true
}

@test "oxidalloc=off among init's words" {
  enable
  boot oxidalloc=off
  up
  reported .enabled false
  reported .counts.ours 0
  reported '.refusals[0]' "off for this boot: oxidalloc=off on the kernel command line"
  boot
  reported .enabled true
}

@test "denying a running service takes effect when it restarts" {
  enable
  echo 'oxidalloc-denylist add /usr/sbin/cron; oxidalloc-status --json >/report/before.json; systemctl restart cron' \
    >"$guest/report.d/deny"
  boot
  up
  [ "$(jq -r '.processes[] | select(.name == "/usr/sbin/cron") | .state' "$guest/report/before.json")" = ours ]
  state /usr/sbin/cron passthrough
}

@test "direct mode beside a foreign entry" {
  gcc -shared -nostdlib -o "$guest/usr/lib/libforeign.so" -x c /dev/null
  echo /usr/lib/libforeign.so >"$guest/etc/ld.so.preload"
  enable
  boot
  up
  reported .mode direct
  reported '.processes[] | select(.pid == 1) | .why' "denied by the denylist"
  state /usr/sbin/cron ours
  rm "$guest/etc/ld.so.preload"
}

@test "two boots that did not complete: off at the third" {
  enable --mode direct
  cat >"$guest/etc/systemd/system/stop-short.service" <<'UNIT'
[Unit]
DefaultDependencies=no
After=oxidalloc-count.service sysinit.target
Before=basic.target
[Service]
Type=oneshot
ExecStart=systemctl poweroff -ff
UNIT
  mkdir -p "$guest/etc/systemd/system/basic.target.wants"
  ln -s ../stop-short.service "$guest/etc/systemd/system/basic.target.wants/"
  boot
  boot
  [ "$(<"$guest/etc/oxidalloc/boots")" = 2 ]
  rm "$guest/etc/systemd/system/basic.target.wants/stop-short.service" "$guest/etc/systemd/system/stop-short.service"
  boot
  up
  reported .enabled false
  reported '.refusals[0]' "disabled: two boots in a row did not complete"
}
