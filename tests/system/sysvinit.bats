# Whole boots of a Debian whose init is sysvinit's, in a container: direct mode, and the count of boots without
# systemd. Run by scripts/system-tests.sh, which makes the root (OX_SYSVINIT_ROOT).
#
# The last line of the guest's inittab waits until the boot is noted as complete, writes what it sees to /report, and
# powers off.

load helper

setup_file() {
  need_root
  need systemd-nspawn jq
  make_tree
  unpack "$OX_SYSVINIT_ROOT" sysvinit
  cp "$guest/etc/inittab" "$BATS_FILE_TMPDIR/inittab"
  cat >"$guest/report.sh" <<'SH'
rm -rf /report && mkdir /report
for second in $(seq 60); do
  [ "$(cat /etc/oxidalloc/boots 2>/dev/null)" != 1 ] || { sleep 1; continue; }
  break
done
oxidalloc-status --json >/report/status.json
oxidalloc-status >/report/status.txt
cat /proc/1/comm >/report/init
halt -f -p
SH
}

setup() { rm -rf "$guest/report"; }
teardown() {
  "$tree/usr/sbin/oxidalloc-disable" --root "$guest" --purge >/dev/null
  rm -f "$guest/etc/rc.local"
}

# enable: and the report's line comes last.
enable() {
  cp "$BATS_FILE_TMPDIR/inittab" "$guest/etc/inittab"
  "$tree/usr/sbin/oxidalloc-enable" --root "$guest"
  report_last
}
report_last() { echo 'rp:2:once:/bin/bash /report.sh' >>"$guest/etc/inittab"; }

@test "enabled: direct mode; services are on the allocator, PID 1 is not, and the boot is complete" {
  enable
  boot
  [ "$(<"$guest/report/init")" = init ]
  reported .mode direct
  reported .enabled true
  reported .incomplete_boots 0
  reported '.processes[] | select(.pid == 1) | .why' "denied by the denylist"
  reported '.processes[] | select(.name == "/usr/sbin/cron") | .state' ours
  reported '[.processes[] | select(.state != "ours" and .pid != 1) | .name] | join(" ")' ""
}

@test "two boots that did not complete: off at the third" {
  enable
  printf '#!/bin/sh\nhalt -f -p\n' >"$guest/etc/rc.local" # the services are starting
  chmod +x "$guest/etc/rc.local"
  boot
  [ "$(<"$guest/etc/oxidalloc/boots")" = 1 ]
  boot
  [ "$(<"$guest/etc/oxidalloc/boots")" = 2 ]
  [ ! -e "$guest/report" ]
  rm "$guest/etc/rc.local"
  boot
  reported .enabled false
  reported .mode off
  reported '.refusals[0]' "disabled: two boots in a row did not complete"
  [ ! -e "$guest/etc/ld.so.preload" ]
  run grep oxidalloc "$guest/etc/inittab"
  [ "$status" -eq 1 ]
}
