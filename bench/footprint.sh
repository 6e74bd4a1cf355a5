#!/bin/bash
# What a small process costs: private dirty memory (KiB) and page faults while it idles, and
# instructions (thousands, user mode, by callgrind) from exec to exit of the same program with
# nothing to do. Side by side: no preload, an empty library, Oxidalloc, and what else is named.
#
#   bench/footprint.sh [--peers] [NAME=PATH...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${OXIDALLOC_BUILD:-$here/../build}
python=$(command -v /usr/bin/python3 || command -v python3)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; }
# shellcheck source=bench/allocators.sh
. "$here/allocators.sh"
names=(libc empty oxidalloc)
path[empty]=$scratch/empty.so
echo 'int oxidalloc_bench_empty;' | "${CC:-cc}" -shared -fPIC -x c - -o "$scratch/empty.so"
add_arguments "$@"

declare -A idle=([sleep]='/bin/sleep 60' [sh]='/bin/sh -c read_it' [cat]='/bin/cat' [python3]="$python -c pause")
declare -A nothing=([sleep]='/bin/sleep 0' [sh]='/bin/sh -c :' [cat]='/bin/cat' [python3]="$python -c pass")

# Runs the program idle with the library and prints its private dirty KiB and its page faults.
measure_idle() {
  local -a command
  read -ra command <<<"${idle[$1]}"
  [ "${command[-1]}" != read_it ] || command[-1]='read x'
  [ "${command[-1]}" != pause ] || command[-1]='input()'
  mkfifo "$scratch/input"
  env -i PATH="$PATH" ${path[$2]:+LD_PRELOAD="${path[$2]}"} "${command[@]}" <"$scratch/input" >/dev/null &
  local pid=$!
  exec 9>"$scratch/input"
  sleep "$([ "$1" = python3 ] && echo 1 || echo 0.3)"
  local faults dirty
  faults=$(cut -d' ' -f10 "/proc/$pid/stat")
  dirty=$(awk '/^Private_Dirty/ { print $2 }' "/proc/$pid/smaps_rollup")
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  exec 9>&-
  rm -f "$scratch/input"
  echo "$dirty $faults"
}

instructions() {
  local -a command
  read -ra command <<<"${nothing[$1]}"
  command -v valgrind >/dev/null || { echo -; return; }
  env -i PATH="$PATH" ${path[$2]:+LD_PRELOAD="${path[$2]}"} \
    timeout 120 valgrind --tool=callgrind --callgrind-out-file=/dev/null "${command[@]}" </dev/null 2>&1 >/dev/null |
    awk '/Collected/ { found = int($4 / 1000) } END { print found ? found : "failed" }' || true
}

table_head program figure
for program in sleep sh cat python3; do
  dirty_row="| $program | private dirty, KiB |"
  faults_row="| $program | page faults |"
  instructions_row="| $program | instructions, thousands |"
  for name in "${names[@]}"; do
    read -r dirty faults < <(measure_idle "$program" "$name")
    dirty_row+=" $dirty |"
    faults_row+=" $faults |"
    instructions_row+=" $(instructions "$program" "$name") |"
  done
  printf '%s\n' "$dirty_row" "$faults_row" "$instructions_row"
done
