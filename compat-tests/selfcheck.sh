#!/usr/bin/env bash
# The suites can fail: on a library that damages one block in a million, and on one without malloc_usable_size, suites
# that are green on the real one must turn red. As root; minutes.
# usage: compat-tests/selfcheck.sh [--session|--system]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mode=${1:---system}
# Of the suites that ask for blocks by the million; Python's own allocator asks for few, and stays green on that one.
declare -A suites=([corrupting]="sqlite" [without_usable_size]="gnome")
declare -A what=([corrupting]="that damages one block in a million" [without_usable_size]="without malloc_usable_size")

cmake --build "$root/build" --target oxidalloc_corrupting oxidalloc_without_usable_size >/dev/null
result=0
for fault in "${!suites[@]}"; do
  for suite in ${suites[$fault]}; do
    log=$root/build/compat/selfcheck-$fault-$suite.log
    "$root/compat-tests/run.sh" "$mode" --only "$suite" --results "$root/build/compat/selfcheck/$fault" \
      --library "$root/build/compat/faulty/$fault/liboxidalloc.so" >"$log" || true
    if grep -q '^not ok' "$log"; then # a run that did not get so far proves nothing
      printf 'red, as it should be: %s on the library %s: %s\n' "$suite" "${what[$fault]}" "$(grep -m 1 '^not ok' "$log")"
    else
      printf 'NOT RED, and should be: %s on the library %s\n' "$suite" "${what[$fault]}"
      result=1
    fi
  done
done
exit "$result"
