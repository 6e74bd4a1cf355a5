# What the preload suites share.

# on_ox COMMAND...: with the library; no message of its own may appear, and it must end: the limit is there against
# what hangs, on machines on which a fork takes a tenth of a second, too.
on_ox() {
  local status=0
  LD_PRELOAD=$OX_LIB timeout "${RUN_SECONDS:-600}" "$@" 2>"$BATS_TEST_TMPDIR/err" || status=$?
  cat "$BATS_TEST_TMPDIR/err" >&2
  [ "$status" -eq 0 ] || { echo "exit status $status: $*" >&2; return 1; }
  ! grep '^oxidalloc:' "$BATS_TEST_TMPDIR/err"
}
