#!/usr/bin/env bash
# The suites can fail: on a library that damages one block in a million, and on one without malloc_usable_size, suites
# that are green on the real one must turn red. As root; minutes.
# usage: compat-tests/selfcheck.sh [--session|--system]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mode=${1:---system}
declare -A suites=([corrupting]="sqlite python" [without_usable_size]="gnome")

cmake --build "$root/build" --target oxidalloc_corrupting oxidalloc_without_usable_size >/dev/null
result=0
for fault in "${!suites[@]}"; do
  for suite in ${suites[$fault]}; do
    if "$root/compat-tests/run.sh" "$mode" --only "$suite" --results "$root/build/compat/selfcheck/$fault" \
      --library "$root/build/compat/faulty/$fault/liboxidalloc.so" >"$root/build/compat/selfcheck-$fault-$suite.log"; then
      printf 'GREEN, and should be red: %s on the library that is %s\n' "$suite" "${fault//_/ }"
      result=1
    else
      printf 'red, as it should be: %s on the library that is %s: %s\n' "$suite" "${fault//_/ }" \
        "$(grep -m 1 '^not ok' "$root/build/compat/selfcheck-$fault-$suite.log")"
    fi
  done
done
exit "$result"
