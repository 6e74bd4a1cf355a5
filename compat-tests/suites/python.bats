# Python as the distribution ships it: its own test suite, numpy, and a training loop of torch. The suite is run on
# libc too: what passes there must pass on the library, case by case.
load ../lib/compat

python=/usr/bin/python3

setup() { program Python "$python" "$python" --version; }

module() { "$python" -c "import $1" 2>/dev/null || missing "$2"; }

# passed REPORT: the cases that passed, sorted.
passed() {
  "$python" /mnt/source/tests/programs/cpython_cases.py outcomes "$1" | sed -n 's/ completed$//p' | sort -u
}

# lost LIBC OX: cases that passed in the one report and not in the other.
lost() { comm -23 <(passed "$1") <(passed "$2"); }

# run_suite libc|ox NAME OPTION...
run_suite() {
  run_on "$1" "$2" "$python" -m test --timeout 900 --junit-xml report.xml "${@:3}"
}

@test "the CPython suite: what passes on libc passes" {
  local RUN_SECONDS=7200 modules=() libc=$BATS_TEST_TMPDIR/suite.libc/cwd/report.xml
  module test.test_json libpython3.11-testsuite
  [ "${OX_HEAVY:-}" = 1 ] || mapfile -t modules < <(grep -v '^#' "$OX_WORK/cpython_modules.txt")
  run_suite libc suite -j2 "${modules[@]}"
  run_suite ox suite -j2 "${modules[@]}"
  [ "$(passed "$libc" | wc -l)" -gt 5000 ]
  ! grep -E ' crashed |Fatal Python error' "$BATS_TEST_TMPDIR/suite.ox/out" ||
    grep -qE ' crashed ' "$BATS_TEST_TMPDIR/suite.libc/out" || fail "a worker crashed on the library alone"
  lost "$libc" "$BATS_TEST_TMPDIR/suite.ox/cwd/report.xml" >"$BATS_TEST_TMPDIR/lost"
  again
  silent "$BATS_TEST_TMPDIR/suite.ox/out" "$BATS_TEST_TMPDIR/suite.ox/err"
  no_new_deaths suite
  ran suite ours python3.11
}

# Cases that failed get one more run, alone: some depend on how busy the machine is. Cases that are not in the report
# get none: their process did not live to tell.
again() {
  local lost=$BATS_TEST_TMPDIR/lost report=$BATS_TEST_TMPDIR/suite.ox/cwd/report.xml
  [ -s "$lost" ] || return 0
  comm -23 "$lost" <("$python" /mnt/source/tests/programs/cpython_cases.py names "$report" | sort -u) | head -n 20 |
    fails_if_any "cases that did not come to an end on the library" || return
  mapfile -t modules < <(sed 's/^test\.\(test_[a-z0-9_]*\).*/\1/' "$lost" | sort -u)
  echo "# once more, alone: $(wc -l <"$lost") cases in ${modules[*]}" >&3
  run_suite ox again "${modules[@]}"
  comm -23 "$lost" <(passed "$BATS_TEST_TMPDIR/again.ox/cwd/report.xml") | head -n 20 | fails_if_any "cases lost on the library"
}

@test "numpy: arrays, sorts, transforms, linear algebra, threads: the same checksums" {
  module numpy python3-numpy
  tested="Python with numpy"
  on_both numpy "$python" "$OX_WORK/numpy_work.py"
  same numpy
  sound numpy
  ran numpy ours python3.11
  reached numpy
}

@test "torch: a training loop learns, and its memory stays" {
  local RUN_SECONDS=1800
  module torch python3-torch
  tested="Python with torch"
  on_both torch "$python" "$OX_WORK/torch_train.py" "$(heavy 3000 300)"
  sound torch
  ran torch ours python3.11
  reached torch
  learns torch.libc
  learns torch.ox
}

# learns NAME: the loss fell to a tenth, nearly all answers are right, and the memory at the end is that after a
# quarter, within a twentieth.
learns() {
  awk '/^step/ { loss[++n] = $4; resident[n] = $6 } /^right/ { right = $2 }
    END {
      print "loss", loss[1], "to", loss[n], "right", right, "resident", resident[int(n / 4)], "to", resident[n]
      exit !(n >= 10 && loss[n] < loss[1] / 10 && right > 0.95 && resident[n] <= resident[int(n / 4)] * 1.05)
    }' "$BATS_TEST_TMPDIR/$1/out" || fail "$1: it did not learn, or grew"
}
