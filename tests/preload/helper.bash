# What the preload suites share.

# on_ox COMMAND...: with the library; no message of its own may appear, and it must end in time.
on_ox() {
  local status=0
  LD_PRELOAD=$OX_LIB timeout "${RUN_SECONDS:-120}" "$@" 2>"$BATS_TEST_TMPDIR/err" || status=$?
  cat "$BATS_TEST_TMPDIR/err" >&2
  [ "$status" -eq 0 ] || { echo "exit status $status: $*" >&2; return 1; }
  ! grep '^oxidalloc:' "$BATS_TEST_TMPDIR/err"
}
