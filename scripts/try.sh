#!/usr/bin/env bash
# Runs a command on Oxidalloc, then once more on libc's allocator, and prints what both cost.
# Installs what the build needs and builds first. See usage() below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$root/scripts/lib/build.sh"

usage() {
  cat <<'TXT'
usage: scripts/try.sh [-y] [COMMAND [ARG...]]

Builds the library and runs COMMAND twice: on Oxidalloc, then on libc. The first run's output and exit
status are COMMAND's own; the second run's output is put aside. The figures go to stderr.
Without COMMAND: a Python program that parses, transforms and sorts 300,000 JSON records.

  -y   install missing packages without asking (root is never asked)
TXT
}

assume_yes=0
while getopts yh option; do
  case $option in
    y) assume_yes=1 ;;
    h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
shift $((OPTIND - 1))

# The tools are what counts, not whose packages they came in; the manager is asked only when one is missing.
prepare() {
  local manager
  local -a packages=()
  if ! command -v cmake >/dev/null || ! command -v ninja >/dev/null || ! command -v g++ >/dev/null; then
    manager=$(packages_manager)
    mapfile -t packages < <(packages_of_list "$manager" "$root/scripts/lib/build-packages.txt")
  fi
  if ((default_job)) && ! command -v python3 >/dev/null; then
    manager=$(packages_manager)
    if [[ $manager == pacman ]]; then packages+=(python); else packages+=(python3); fi
  fi
  ((${#packages[@]} == 0)) || packages_install "$manager" "$assume_yes" "${packages[@]}"
}

# measured NAME PRELOAD LIBRARY COMMAND...: one run; its figures go to $scratch/NAME.
measured() {
  local name=$1 preload=$2 library=$3
  shift 3
  "$root/build/bin/measure" "$scratch/$name" "$library" "$preload" "$@"
}

figure() { sed -n "s/^$2=//p" "$scratch/$1"; }

report() {
  local ours_mapped libc_mapped
  printf '\n%-18s %12s %12s %8s\n' "" Oxidalloc libc ratio
  row "wall time (s)" wall_us 1000000
  row "CPU time (s)" cpu_us 1000000
  row "peak RSS (MiB)" rss_kib 1024
  ours_mapped=$(figure oxidalloc mapped)
  libc_mapped=$(figure libc mapped)
  if [[ $ours_mapped == *"$library"* ]]; then
    printf 'mapped in %s: %s\n' "$(figure oxidalloc exe)" "$ours_mapped"
  else
    printf 'NOT mapped: %s ran without the library (a static or set-user-id program?)\n' "$1"
  fi
  [[ $libc_mapped != *liboxidalloc.so* ]] || printf 'note: the libc run had the library mapped too: %s\n' "$libc_mapped"
  if [[ $(figure libc status) != "$(figure oxidalloc status)" ]]; then
    printf 'note: exit status %s on Oxidalloc, %s on libc\n' "$(figure oxidalloc status)" "$(figure libc status)"
  fi
}

row() {
  awk -v label="$1" -v ours="$(figure oxidalloc "$2")" -v libc="$(figure libc "$2")" -v unit="$3" 'BEGIN {
    ratio = libc > 0 ? sprintf("%.2f", ours / libc) : "-"
    printf "%-18s %12.3f %12.3f %8s\n", label, ours / unit, libc / unit, ratio }'
}

default_job=$(($# == 0))
prepare
scratch=$(mktemp -d)
saver=""
# The saver may still wait for input that the command did not want.
trap '[[ -z $saver ]] || kill "$saver" 2>/dev/null || true; rm -rf "$scratch"' EXIT
build_release "$scratch/build.log" -- oxidalloc oxidalloc_measure
library=$root/build/lib/liboxidalloc.so

if ((default_job)); then
  python=$(PATH=/usr/bin:/bin:$PATH type -P python3) # the distribution's, rather than a version manager's
  set -- "$python" "$root/bench/jobs/json_job.py"
fi
# A traced set-user-id program would lose its privileges; the loader keeps the library out of it anyway.
if program=$(type -P "$1") && [[ -u $program || -g $program ]]; then export OXIDALLOC_MEASURE_UNTRACED=1; fi

# Both runs get the same input: a file from its start, a pipe's bytes as the first run had them.
status=0
if [[ -f /dev/stdin ]]; then
  second_input=/dev/stdin
  measured oxidalloc "$library" "$library" "$@" </dev/stdin || status=$?
elif [[ -p /dev/stdin || -S /dev/stdin ]]; then
  second_input=$scratch/input
  : >"$second_input" # the saver may come to it late
  exec {source_fd}<&0
  exec < <(exec tee "$second_input" <&"$source_fd")
  saver=$!
  measured oxidalloc "$library" "$library" "$@" || status=$?
else
  second_input=/dev/null
  measured oxidalloc "$library" "$library" "$@" || status=$?
fi
if [[ ! -f $scratch/oxidalloc ]]; then exit "$status"; fi

measured libc "" liboxidalloc.so "$@" <"$second_input" >"$scratch/stdout" 2>"$scratch/stderr" || true
report "$1" >&2
exit "$status"
