#!/usr/bin/env bash
# Fuzzes the heap for as long as one likes, outside of the tests:
#
#   scripts/fuzz.sh [SECONDS]     # for each of four runs, one after the other; 3600 unless given
#
# api_fuzz: the calls, checked by a shadow. corruption_fuzz: writes to freed blocks. Both also with OX_CHECK=1.
# A finding is a file in build-fuzz/findings, and the exit status 1.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1:-3600}
cd "$root"
cmake --preset fuzz >/dev/null
cmake --build build-fuzz --target api_fuzz corruption_fuzz
mkdir -p build-fuzz/findings

# fuzz TARGET [NAME=VALUE]
fuzz() {
  local target=$1 corpus=build-fuzz/corpus-$1
  shift
  mkdir -p "$corpus"
  echo "fuzz: $target $*"
  env "$@" "build-fuzz/bin/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/findings/$target-" "$corpus"
}

fuzz api_fuzz
fuzz api_fuzz OX_CHECK=1
fuzz corruption_fuzz
fuzz corruption_fuzz OX_CHECK=1
