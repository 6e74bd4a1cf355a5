#!/usr/bin/env bash
# The share of runs in which each bug of tests/misuse/src/misuse.c is detected, side by side:
#
#   tests/misuse/share.sh [--runs N] [--size BYTES] [--build DIR] [NAME=PATH...]
#
# libc's allocator and both libraries of the build; NAME=PATH adds any other preloadable allocator. Of each bug
# the percentage of runs that ended with a message or a signal, with a letter: r, all of these said something
# (on stderr); s, some or all ended by a signal without a word; h, some did not end within 10 seconds. A run
# that ends as if nothing had happened, or hangs, has detected nothing. The first nineteen are the set that
# allocators are compared by (SECURITY.md); its sums count what was detected in every run.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build runs=100 size=64
names=(libc) libraries=("")

set_of_19=(double_free double_free_delayed double_free_after_others double_free_in_thread double_free_after_thread
  interior misaligned wild on_stack foreign_mapping overflow_by_1_into_used overflow_by_8_into_free
  overflow_by_64_into_free underflow_by_8_into_used write_after_free write_after_free_delayed corrupt_free_list
  realloc_freed usable_size_freed)
others=(double_free_by_threads double_free_after_reuse last_byte interior_in_thread slice_start in_data
  realloc_interior usable_size_interior realloc_freed_larger write_inside_after_free calloc_after_write
  overflow_by_1_into_free overflow_by_8_into_used overflow_by_64_into_used underflow_by_1_into_used
  underflow_by_8_into_free)

while (($#)); do
  case $1 in
    --runs) runs=$2 && shift ;;
    --size) size=$2 && shift ;;
    --build) build=$2 && shift ;;
    *=*) names+=("${1%%=*}") libraries+=("$(realpath "${1#*=}")") ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
  esac
  shift
done
names+=(default hardened)
libraries+=("$build/lib/liboxidalloc.so" "$build/lib/liboxidalloc-hardened.so")
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# one_run LIBRARY BUG: report, signal, silent or hang.
one_run() {
  local status=0
  LD_PRELOAD=$1 timeout --signal=KILL 10 "$build/tests/misuse" "$2" "$size" >/dev/null 2>"$said" || status=$?
  if ((status == 137)); then
    echo hang
  elif ((status == 0)); then
    echo silent
  elif ((status > 128)); then
    if [ -s "$said" ]; then echo report; else echo signal; fi
  else
    echo "$0: misuse $2 ended with $status" >&2
    return 1
  fi
}

# share LIBRARY BUG: "100r", for instance.
share() {
  local i kind letter=
  local -A count=([report]=0 [signal]=0 [silent]=0 [hang]=0)
  for ((i = 0; i < runs; ++i)); do
    kind=$(one_run "$1" "$2")
    ((++count[$kind]))
  done
  if ((count[hang])); then letter=h; elif ((count[signal])); then letter=s; elif ((count[report])); then letter=r; fi
  echo "$(((count[report] + count[signal]) * 100 / runs))$letter"
}

row() { printf '%-28s' "$1" && shift && printf '%12s' "$@" && echo; }

# table BUG...: a line for each, and the sums.
table() {
  local bug library shares column certain=() said_so=()
  for column in "${!names[@]}"; do certain+=(0) said_so+=(0); done
  for bug; do
    shares=()
    for column in "${!libraries[@]}"; do
      library=${libraries[column]}
      shares+=("$(share "$library" "$bug")")
      case ${shares[column]} in
        100r) ((++certain[column], ++said_so[column])) ;;
        100s) ((++certain[column])) ;;
      esac
    done
    row "$bug" "${shares[@]}"
  done
  row "of $#, in every run" "${certain[@]}"
  row "  with a message" "${said_so[@]}"
}

row "$size bytes, $runs runs: %" "${names[@]}"
table "${set_of_19[@]}"
echo
table "${others[@]}"
