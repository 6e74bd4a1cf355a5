#!/bin/bash
# Does an operation cost the same when the heap is large? One thread replaces blocks at random in a
# live set of 16 MiB, 1 GiB and 8 GiB: nanoseconds of CPU time per replacement, in which cache and
# TLB misses grow for all alike; instructions in the allocator per replacement, which know no misses
# (up to 1 GiB: callgrind takes a quarter of an hour for 8); and RSS.
#
#   bench/scale.sh [--peers] [NAME=PATH...]             MIB='16 1024' bench/scale.sh: other live sets
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${OXIDALLOC_BUILD:-$here/../build}
usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; }
# shellcheck source=bench/allocators.sh
. "$here/allocators.sh"
add_arguments "$@"
read -ra sizes <<<"${MIB:-16 1024 8192}"
replacements=3000000

# What the program says of itself, on standard error.
run() { { LD_PRELOAD=$1 "$build/bench/random_replacement" 1 "$2" "$3" "$replacements" >/dev/null; } 2>&1; }

instructions() {
  local once twice
  if [ -z "$1" ] || [ "$3" -gt 1024 ] || ! command -v valgrind >/dev/null; then
    echo -
    return
  fi
  once=$("$here/library_cost.sh" "$1" "$build/bench/random_replacement" 1 "$2" "$3" 300000) || { echo failed; return; }
  twice=$("$here/library_cost.sh" "$1" "$build/bench/random_replacement" 1 "$2" "$3" 600000) || { echo failed; return; }
  echo $(((twice - once) / 300000))
}

table_head 'live set' figure
for kind in small many; do
  for size in "${sizes[@]}"; do
    nanoseconds="| $kind, $size MiB | ns per replacement "
    counted="| $kind, $size MiB | instructions "
    resident="| $kind, $size MiB | RSS, MiB "
    for name in "${names[@]}"; do
      said=$(run "${path[$name]}" "$kind" "$size" || true)
      nanoseconds+="| $(awk '$1 == "ns" { print $3 }' <<<"$said") "
      resident+="| $(awk '$1 == "rss" { print int($3 / 1024) }' <<<"$said") "
      counted+="| $(instructions "${path[$name]}" "$kind" "$size") "
    done
    printf '%s|\n' "$nanoseconds" "$counted" "$resident"
  done
done
