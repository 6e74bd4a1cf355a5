# CPython's own test suite on the library: threads, forks, subprocesses, foreign functions, and the
# collector. Each module must pass, with the cases it has on libc; for all but the two slow modules
# the outcome of each case (passed, or skipped and why) is compared with a run on libc.
#
# A module that fails is run again on libc. Where every case that failed fails there too, the test is
# skipped with that said, and the proof is printed; anything else is the library's failure.
# Skipped besides: all of it where the interpreter or its tests are not installed.
#
# Each worker process looks at its own mappings (cpython_worker.py). The loader's trace stays off here:
# it costs a file descriptor, and test_subprocess counts them.

load helper

python=/usr/bin/python3  # the distribution's: it has the test suite
slow_modules=(test_concurrent_futures test_multiprocessing_fork)
quick_modules=(test_subprocess test_threading test_json test_re test_dict test_gc test_ctypes)

setup() {
  require "$python"
  "$python" -c 'import test.test_json, test.test_ctypes' 2>/dev/null ||
    missing "CPython's test suite (libpython3.11-testsuite)"
  export PYTHONDONTWRITEBYTECODE=1
  suite=$BATS_FILE_TMPDIR
  [ -f "$suite/status" ] || run_suite
}

# The longest module first: two workers then take little more than its time.
run_suite() {
  local status=0
  mkdir "$suite/cwd"
  (
    cd "$suite/cwd"
    exec timeout 600 env LD_PRELOAD="$OX_LIB" "$python" -m test -j2 --timeout 300 \
      --junit-xml "$suite/cases.xml" \
      --python "$python $programs/cpython_worker.py $suite/workers" \
      "${slow_modules[@]}" "${quick_modules[@]}" 3>&-
  ) </dev/null >"$suite/out" 2>&1 || status=$?
  echo "$status" >"$suite/status"
}

# On libc; the same, of the modules given, into $1.
run_reference() {
  local to=$1 status=0
  shift
  mkdir -p "$to"
  (
    cd "$to"
    exec timeout 600 env -u LD_PRELOAD "$python" -m test -j2 --timeout 300 \
      --junit-xml "$to/cases.xml" "$@" 3>&-
  ) </dev/null >"$to/out" 2>&1 || status=$?
  echo "$status" >"$to/status"
}

# passed OUTPUT MODULE: reported as passed, and (a module can be split in several) never otherwise.
passed() {
  awk -v module="$2" '
    $0 ~ "\\[ *[0-9/]+\\] (test\\.)?" module "[. ]" {
      # regrtest itself counts a module that left a thread or a file behind as passed.
      if (/ (passed|failed \(env changed\))( |$)/) good++; else bad++
    }
    END { exit !(good && !bad) }' "$1"
}

failed_cases() { grep -oE '^(FAIL|ERROR): .*' "$1" | sort -u; }

# verdict MODULE OUT_OX OUT_LIBC: why a module that failed on the library is not the library's fault,
# or a failure. A crash names no case, so it is never excused.
verdict() {
  local module=$1
  if ! passed "$3" "$module" && [ -n "$(failed_cases "$2")" ] &&
    [ -z "$(comm -23 <(failed_cases "$2") <(failed_cases "$3"))" ]; then
    { echo "# $module fails on libc too:"; failed_cases "$3" | sed 's/^/#   /'; } >&3
    skip "$module fails without the library too (proof above)"
  fi
  tail -n 60 "$2"
  fail "$module fails on the library, and on libc it $(passed "$3" "$module" && echo passes || echo fails otherwise)"
}

module() {
  passed "$suite/out" "$1" && return
  # What failed is printed for all modules together: one more run has this one's alone.
  local alone=$BATS_TEST_TMPDIR/alone
  run_reference "$alone" "$1"
  awk -v module="$1" '
    /^[0-9:]+ load avg/ { mine = ($0 ~ "\\] (test\\.)?" module "[. ]") }
    mine' "$suite/out" >"$BATS_TEST_TMPDIR/out"
  verdict "$1" "$BATS_TEST_TMPDIR/out" "$alone/out"
}

@test "cpython: test_json" { module test_json; }
@test "cpython: test_re" { module test_re; }
@test "cpython: test_dict" { module test_dict; }
@test "cpython: test_threading" { module test_threading; }
@test "cpython: test_multiprocessing_fork" { module test_multiprocessing_fork; }
@test "cpython: test_subprocess" { module test_subprocess; }
@test "cpython: test_gc" { module test_gc; }
@test "cpython: test_ctypes" { module test_ctypes; }
@test "cpython: test_concurrent_futures" { module test_concurrent_futures; }

@test "cpython: every worker was served by the library" {
  local name
  for name in "${slow_modules[@]}" "${quick_modules[@]}"; do
    grep -qE "^served .*\"(test\.)?${name}[\".]" "$suite/workers" || fail "no worker on the library ran $name"
  done
  if grep -v '^served ' "$suite/workers"; then fail "workers not served by the library"; fi
}

@test "cpython: the interpreter's malloc is the library's" {
  on_both hello "$python" -c 'import json; print(sum(json.loads(json.dumps(list(range(100000))))))
blocks = [bytes(2000) for _ in range(10000)]
open("maps", "w").write(open("/proc/self/maps").read())'
  agrees hello python3
  served hello
}

@test "cpython: the library reported nothing" {
  silent "$suite/out"
}

@test "cpython: cases run, and their outcomes, are those on libc" {
  run_reference "$BATS_TEST_TMPDIR/quick" "${quick_modules[@]}"
  "$python" "$programs/cpython_cases.py" outcomes "$BATS_TEST_TMPDIR/quick/cases.xml" >"$BATS_TEST_TMPDIR/expected"
  "$python" "$programs/cpython_cases.py" outcomes "$suite/cases.xml" without "${slow_modules[@]}" >"$BATS_TEST_TMPDIR/actual"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/expected")" -gt 1000 ]
  equal "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/actual"

  # The slow modules are not run twice: what they have is listed, and all of it was run.
  "$python" -m test --list-cases "${slow_modules[@]}" | sort >"$BATS_TEST_TMPDIR/listed"
  "$python" "$programs/cpython_cases.py" names "$suite/cases.xml" only "${slow_modules[@]}" >"$BATS_TEST_TMPDIR/run"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/listed")" -gt 400 ]
  equal "$BATS_TEST_TMPDIR/listed" "$BATS_TEST_TMPDIR/run"
}

@test "cpython: a failure is excused where libc has the same one, and only there" {
  local at=$BATS_TEST_TMPDIR
  printf '%s\n' '0:00:01 [1/1/1] test_x failed (1 failure)' 'FAIL: test_a (test.test_x.A)' >"$at/one"
  printf '%s\n' '0:00:01 [1/1/1] test_x failed (2 failures)' 'FAIL: test_a (test.test_x.A)' \
    'ERROR: test_b (test.test_x.B)' >"$at/two"
  printf '%s\n' '0:00:01 [1/1/1] test_x crashed (Exit code -11)' >"$at/crash"
  printf '%s\n' '0:00:01 [1/1] test_x passed' >"$at/good"
  passed "$at/good" test_x
  local bad
  for bad in one two crash; do run passed "$at/$bad" test_x && [ "$status" != 0 ]; done
  run passed "$at/good" test_xy && [ "$status" != 0 ]

  run verdict test_x "$at/one" "$at/two" 3>"$at/proof" && [ "$status" = 0 ]  # skipped
  grep -q 'FAIL: test_a' "$at/proof"
  run verdict test_x "$at/one" "$at/good" && [ "$status" != 0 ]
  run verdict test_x "$at/two" "$at/one" && [ "$status" != 0 ]
  run verdict test_x "$at/crash" "$at/crash" && [ "$status" != 0 ]
}
