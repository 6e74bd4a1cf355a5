# What the suites of whole systems share: a root called $guest, booted, and what it reports.

load ../cli/helper

# unpack TAR NAME: makes $guest of it, with the package's files, and not enabled.
unpack() {
  guest=$BATS_FILE_TMPDIR/$2
  mkdir "$guest"
  tar -C "$guest" -xf "$1"
  cp -a "$tree/usr/." "$guest/usr/"
  export guest
}

# after_boot: has the guest's systemd run the script on stdin, as /report.sh, when the boot is over.
after_boot() {
  cat >"$guest/report.sh"
  cat >"$guest/usr/lib/systemd/system/report.service" <<'UNIT'
[Unit]
Description=Report
After=multi-user.target
[Service]
ExecStart=/bin/bash /report.sh
StandardOutput=null
[Install]
WantedBy=multi-user.target
UNIT
  mkdir -p "$guest/etc/systemd/system/multi-user.target.wants"
  ln -s /usr/lib/systemd/system/report.service "$guest/etc/systemd/system/multi-user.target.wants/"
}

# boot [WORD...]: a boot up to the power-off, with those words on init's command line.
boot() {
  timeout --foreground -k 5 180 unshare -m --propagation private bash -c '
    mount -t tmpfs -o mode=755 t /run
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    cgroup=/sys/fs/cgroup/oxidalloc-test-$$
    if mkdir "$cgroup" 2>/dev/null; then echo $$ >"$cgroup/cgroup.procs"; fi
    systemd-nspawn -q -D "$@" </dev/null
    status=$?
    echo $$ >/sys/fs/cgroup/cgroup.procs && find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
    exit $status' boot "$guest" --register=no --keep-unit --private-network --boot --console=pipe "$@" \
    >"$BATS_TEST_TMPDIR/console" 2>&1 || { tail -n 30 "$BATS_TEST_TMPDIR/console"; fail "the boot failed"; }
}

# reported JQ-EXPRESSION EXPECTED
reported() {
  local found
  found=$(jq -r "$1" "$guest/report/status.json")
  [ "$found" = "$2" ] || { cat "$guest/report/status.txt"; fail "$1: $found, not $2"; }
}
up() {
  cat "$guest/report/failed"
  [ "$(<"$guest/report/running")" = running ] || fail "the system is $(<"$guest/report/running")"
  [ "$(jq '.processes | length' "$guest/report/status.json")" -ge 8 ] || fail "too few processes to be a system"
}
