#!/bin/bash
# Instructions in the allocator itself, by callgrind, beside the peers: per malloc+free pair (batches
# of 1 and of 100), per block that another thread frees (both sides), per replacement in a live set,
# and per block of a program's second thousand, of which a third is freed again.
# Each figure is the difference of two runs of unlike length, so start, fill and end do not count.
# libc has other functions too, so of it only pairs and first blocks, which call no other, can be told.
#
#   bench/instructions.sh [--peers] [NAME=PATH...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${OXIDALLOC_BUILD:-$here/../build}
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; }
# shellcheck source=bench/allocators.sh
. "$here/allocators.sh"
add_arguments "$@"
path[libc]=$(known libc.so.6)

# per N LIBRARY COMMAND...: instructions per N more of what the command's last argument counts.
per() {
  local count=$1 library=$2 once twice
  shift 2
  once=$("$here/library_cost.sh" "$library" "$@" "$count") || { echo failed; return; }
  twice=$("$here/library_cost.sh" "$library" "$@" $((2 * count))) || { echo failed; return; }
  echo $((twice - once))
}

# row LABEL UNITS COUNT COMMAND...: a line of the table; COUNT, the command's last argument, stands for UNITS.
row() {
  local label=$1 units=$2 count=$3 name cost
  shift 3
  printf '| %s ' "$label"
  for name in "${names[@]}"; do
    if [ "$name" = libc ] && [ "${1##*/}" != pair ] && [ "${1##*/}" != first_blocks ]; then
      printf '| - '
      continue
    fi
    cost=$(per "$count" "${path[$name]}" "$@")
    awk -v cost="$cost" -v units="$units" 'BEGIN { printf (cost == "failed") ? "| failed " : "| %.1f ", cost / units }'
  done
  printf '|\n'
}

table_head 'instructions per'
for size in 16 64 256 1024 4096 32768; do
  row "pair, $size B, batch 1" 20000 20000 "$build/bench/pair" "$size" 1 forward
  row "pair, $size B, batch 100" 20000 200 "$build/bench/pair" "$size" 100 forward
done
for size in 16 64 256 1024 4096; do
  row "remote free, $size B, batch 1" 20000 20000 "$build/bench/remote" "$size" 1
  row "remote free, $size B, batch 100" 20000 200 "$build/bench/remote" "$size" 100
done
row 'replacement, 8 B to 1000 B, 16 MiB' 300000 300000 "$build/bench/random_replacement" 1 small 16
row 'replacement, 8 B to 32 KiB, 16 MiB' 300000 300000 "$build/bench/random_replacement" 1 many 16
row 'first blocks, 8 B to 2 KiB' 1000 1000 "$build/bench/first_blocks"
