# What a program and its user are told about the heap: oxidalloc.h, OX_STATS. The figures are compared with what
# tests/insight/src/figures.c has done.
load ../preload/helper

program=$OX_PROGRAMS/figures

@test "oxidalloc.h: the figures are true, of classes and of the whole" { on_ox "$program" there; }

@test "oxidalloc.h: the options in effect" { OX_REPORT=warn on_ox "$program" there; }

@test "oxidalloc.h: a program that uses it runs without the library" { "$program" absent; }

@test "oxidalloc.h: where the library does not serve, it says so" { OX_DISABLE=1 on_ox "$program" not_serving; }

# table FILE: checks the table and prints "live-bytes waste" sums of its rows.
sums() { awk '/^ +size live/ { rows = 1; next } rows && $1 ~ /^[0-9]+$|^large$/ { live += $3; waste += $5 } END { print live, waste }' "$1"; }

@test "OX_STATS=1: a table at exit, whose rows add up to its head" {
  OX_STATS=1 LD_PRELOAD=$OX_LIB /usr/bin/python3 -E -S -c 'a = [str(i) for i in range(50000)]' 2>"$BATS_TEST_TMPDIR/table"
  cat "$BATS_TEST_TMPDIR/table"
  [ "$(grep -c '^oxidalloc: PID [0-9]* (/.*python3.*), bytes:$' "$BATS_TEST_TMPDIR/table")" -eq 1 ]
  head=$(sed -nE 's/^in use bytes += +([0-9]+).*/\1/p' "$BATS_TEST_TMPDIR/table")
  read -r live _ < <(sums "$BATS_TEST_TMPDIR/table")
  [ "$live" -eq "$head" ]
  [ "$live" -gt 0 ]
}

@test "OX_STATS=1: a program that closes its standard error before it ends, as coreutils do" {
  OX_STATS=1 LD_PRELOAD=$OX_LIB ls / 2>"$BATS_TEST_TMPDIR/table" >/dev/null
  grep -q '^in use bytes' "$BATS_TEST_TMPDIR/table"
}

@test "OX_STATS=1: nothing is written into a file that took the number of standard error" {
  OX_STATS=1 LD_PRELOAD=$OX_LIB /usr/bin/python3 -E -S -c "
import os
os.closerange(2, 1000)
assert os.open('$BATS_TEST_TMPDIR/other', os.O_CREAT | os.O_WRONLY) == 2" 2>"$BATS_TEST_TMPDIR/table"
  [ ! -s "$BATS_TEST_TMPDIR/other" ]
  [ ! -s "$BATS_TEST_TMPDIR/table" ]
}

@test "OX_STATS: nothing without it, with 0, and in a process that is not served" {
  for setting in OX_OTHER=1 OX_STATS=0 "OX_STATS=1 OX_DISABLE=1"; do
    # shellcheck disable=SC2086 # several words are meant
    env $setting LD_PRELOAD="$OX_LIB" ls / 2>"$BATS_TEST_TMPDIR/table" >/dev/null
    [ ! -s "$BATS_TEST_TMPDIR/table" ]
  done
}
