#!/bin/bash
# Instructions that a command executes in one library's own code (callgrind, user mode): what the
# library costs, without the program and without what it calls elsewhere.
#
#   bench/library_cost.sh LIBRARY COMMAND [ARG...]      (LIBRARY is preloaded; libc's path: not)
set -euo pipefail
library=$1
shift
out=$(mktemp)
trap 'rm -f "$out"' EXIT
LD_PRELOAD=$library valgrind -q --tool=callgrind --callgrind-out-file="$out" "$@" >/dev/null 2>"$out.err" || {
  cat "$out.err" >&2
  rm -f "$out.err"
  exit 1
}
rm -f "$out.err"
# Lines of cost belong to the object named last; the one behind "calls=" is the callee's, counted there.
# valgrind knows objects by their .text alone: "???" is a library whose malloc has a section of its own.
awk -v lib="/${library##*/}" '
  /^c?ob=/ {
    id = $0; sub(/^c?ob=/, "", id); sub(/ .*/, "", id)
    if ($0 ~ / /) ours[id] = $0 ~ / \?\?\?$/ || substr($0, length($0) - length(lib) + 1) == lib
  }
  /^ob=/ { inside = ours[id]; seen += inside }
  /^calls=/ { getline; next }
  /^[0-9+*-]/ && inside { sum += $2 }
  END { if (!seen) exit 1; print sum }' "$out"
