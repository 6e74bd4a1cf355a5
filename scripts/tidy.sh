#!/usr/bin/env bash
# clang-tidy (.clang-tidy) and include-what-you-use over the sources, by the compile commands of build/. Fails if either
# has something to say. Minutes; of ctest are the library's layers alone, and quickly (tests/lint/tidy.bats). Needs jq.
# usage: scripts/tidy.sh [--quick] [FILE...]   all of src/ if none is given
#   --quick   without clang's analyzer, which takes two thirds of the time
#
# Of include-what-you-use it takes one thing: a header of ours that is included and not needed. It also wants what
# another header brings along to be named again, which is a matter of taste. What it is wrong about:
#   os/arch.h       chooses the processor's header, and is what is to be included
#   api/export.h    is used through a macro
#   heap/heap.h     of heap/hardened.h, heap/quarantine.h of heap/thread_heap.h: used in the hardened library alone
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ -f build/compile_commands.json ]] || { echo "tidy.sh needs a build in build/" >&2; exit 1; }
checks=''
if [[ ${1:-} == --quick ]]; then checks='-clang-analyzer-*' && shift; fi
if (($# == 0)); then mapfile -t files < <(find src -name '*.cpp' | sort); else files=("$@"); fi
status=0

# Some sources are compiled several times, for libraries of other policies or faults: here once, the plainest way.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
jq 'group_by(.file) | map(min_by(.command | length))' build/compile_commands.json >"$database/compile_commands.json"

printf '%s\n' "${files[@]}" | xargs -P"$(nproc)" -n4 clang-tidy -p "$database" --quiet --checks="$checks" 2>/dev/null || status=1

unneeded() {
  iwyu_tool -p "$database" -j"$(nproc)" "${files[@]}" -- -Xiwyu --no_fwd_decls 2>/dev/null |
    awk '/should remove these lines:$/ { file = $1; on = 1; next } /^$/ { on = 0 } on && /^- #include "/ { print file ": " $3 }' |
    grep -vE '"(os/arch|api/export)\.h"|hardened\.h: "heap/heap\.h"|thread_heap\.h: "heap/quarantine\.h"' | sort -u
}
if command -v iwyu_tool >/dev/null; then
  found=$(unneeded || true)
  if [[ $found ]]; then
    echo "included and not needed:"
    echo "$found"
    status=1
  fi
else
  echo "tidy.sh: no iwyu_tool; includes are not looked at" >&2
fi
exit "$status"
