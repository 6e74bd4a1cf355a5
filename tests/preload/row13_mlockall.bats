# Row 13. Under mlockall a purge fails, so what was purged is not zero, and memory that becomes
# accessible is populated at once: a reservation made read-write would cost all of its size. A limit on
# locked memory counts reservations whole.
load rows

setup_file() {
  build row13_mlockall.c row13_mlockall
  build row13_limit.c row13_limit
  chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" # for nobody
}

# figure NAME: of the program's last line.
figure() { sed -E "s/.*[:,] ([0-9]+) $1.*/\1/" <<<"$output"; }

locked_program() {
  run libc "$BATS_FILE_TMPDIR/row13_mlockall" "$1"
  [ "$status" -eq 0 ] || skip "mlockall is not permitted: $output"
  echo "libc $output"
  base=$(figure locked)
  passes row13_mlockall "$1" || return
  # The library's own code and data, and one step of the heap.
  [ $(($(figure locked) - base)) -le 2048 ] || return
  [ $(($(figure small) - $(figure locked))) -le 1536 ] || return
  # 64 MiB in use cost that, and a step of growth: an eighth.
  [ $(($(figure large) - $(figure small))) -le $((64 * 1024 * 5 / 4)) ] || return
  # Freed memory is used again, though it could not be given back.
  [ $(($(figure reused) - $(figure large))) -le $((16 * 1024)) ] || return
  [ $(($(figure grown) - $(figure reused))) -le $((40 * 1024)) ]
}

@test "row 13: mlockall before the first request: calloc is zero, and locked is what is used" { locked_program early; }
@test "row 13: mlockall with the heap in use" { locked_program late; }

# limited MODE: the program is served as libc serves it, within a limit that is the usual one.
limited() {
  run libc "$BATS_FILE_TMPDIR/row13_limit" "$1"
  [ "$status" -eq 0 ] || skip "libc cannot do it here: $output"
  passes row13_limit "$1"
}

@test "row 13: 8 MiB may be locked: mlockall succeeds, and the program goes on" { limited without; }
@test "row 13: 8 MiB may be locked once privileges are gone: there is room for others" {
  require_root
  limited before
}
@test "row 13: 8 MiB may be locked: what is there is locked again and again" { limited current; }
@test "row 13: a limit that no program keeps: refused, and the reservation stays" { limited small; }
