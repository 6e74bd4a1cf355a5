# Wine: a prefix is made, and Windows programs do work in it, silently.
load ../lib/compat

@test "64-bit: a prefix is made, programs work in it" {
  local RUN_SECONDS=900
  program "Wine (64 bit)" /usr/lib/wine/wine64 /usr/lib/wine/wine64 --version
  as_user
  on_both work "$OX_WORK/wine.sh" /usr/lib/wine/wine64
  sound work
  same_output work
  grep -qx 'sum 14007000' "$BATS_TEST_TMPDIR/work.ox/out"
  grep -qx "lines 5050" "$BATS_TEST_TMPDIR/work.ox/out"
  ran work ours wineserver64 wine64
  reached work
}
