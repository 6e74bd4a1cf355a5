# A system that was booted on the library: its services, and units with settings that restrict what a process may do. In the
# vm mode alone: elsewhere systemd does not run.
load ../lib/compat

setup() {
  [ "$OX_MODE" = vm ] || skip "no booted system: run.sh --vm"
  tested=systemd
  version=$(systemctl --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
  booted=$OX_RESULTS/suites.json # what status said after the boot
}

@test "after the boot every process but the first is on the library, and no service failed" {
  [ "$(systemctl is-system-running)" != degraded ] || { systemctl --failed; fail "a unit failed"; }
  jq -r '.processes[] | select(.pid == 1) | .state' "$booted" | grep -qx untouched
  # systemd-fsckd looks at the disks before they are mounted: before the unit that enables the library for this boot.
  jq -r '.processes[] | select(.pid != 1 and .state != "ours" and (.name | endswith("/systemd-fsckd") | not)) | tojson' \
    "$booted" | fails_if_any "not on the library"
  for service in systemd-journald udevadm dbus-daemon cron; do
    jq -e --arg name "$service" '[.processes[] | select(.name | endswith("/" + $name))] | length > 0' "$booted" >/dev/null ||
      fail "$service does not run"
  done
  ! journalctl -b --no-pager | grep -E 'oxidalloc: |ld\.so.*preload|segfault|status=[0-9]+/(ABRT|SEGV|SYS)'
}

@test "units that may not map code, call much, see much or have much memory do their work" {
  # systemd starts them, and sees the preload file, which is covered for this suite alone.
  local unit=(systemd-run --wait --pipe --quiet --collect)
  local work='my %x = map { $_ => "x" x ($_ % 3000) } 1 .. 20000; my $n = 0; $n += length for values %x;
    open my $maps, "<", "/proc/self/maps"; print "$n ", scalar(grep { /liboxidalloc/ } <$maps>) > 0, "\n"'
  for settings in MemoryDenyWriteExecute=yes 'SystemCallFilter=@system-service' 'LimitAS=256M' 'LimitDATA=128M' 'MemoryMax=150M' \
    ProtectSystem=strict DynamicUser=yes PrivateUsers=yes RestrictAddressFamilies=AF_UNIX NoNewPrivileges=yes LimitMEMLOCK=0; do
    "${unit[@]}" -p "$settings" perl -e "$work" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$settings: $(cat "$BATS_TEST_TMPDIR/said")"
    [ "$(cat "$BATS_TEST_TMPDIR/said")" = "28992000 1" ] || fail "$settings: $(cat "$BATS_TEST_TMPDIR/said")"
  done
}
