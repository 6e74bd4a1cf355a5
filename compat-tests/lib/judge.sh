#!/usr/bin/env bash
# Makes the private system and runs suites in it; started by run.sh in a mount namespace of its own.
# usage: judge.sh SOURCE BUILD RESULTS LIBRARY MODE SUITE...   LIBRARY: one in the place of the built one, or ""
#        judge.sh --in-guest SUITE...    in the machine of the vm mode, which is as private as can be (lib/machine.sh)
set -euo pipefail

format=tap
if [[ $1 == --in-guest ]]; then
  mode=vm
  shift
  # shellcheck source=compat-tests/lib/private.bash
  source /mnt/source/compat-tests/lib/private.bash
  cover_preload ""
  export RUN_SECONDS=3000 # it may be emulated
else
  source=$1 build=$2 results=$3 library=$4 mode=$5
  shift 5
  # shellcheck source=compat-tests/lib/private.bash
  source "$source/compat-tests/lib/private.bash"
  enter_private_system "$source" "$build" "$results" "$library"
  [[ ! -t 1 ]] || format=pretty
fi
OX_LIB=$(live_library)
# shellcheck disable=SC2016 # the loader expands it
OX_ENTRY='/usr/$LIB/oxidalloc/liboxidalloc.so'
export OX_LIB OX_ENTRY OX_MODE=$mode OX_RESULTS=/mnt/results OX_SOURCE=/mnt/source TMPDIR=/mnt/runs LC_ALL=C
cd /mnt/source
suites=("${@/#//mnt/source/compat-tests/suites/}")
bats --formatter "$format" --report-formatter junit --output /mnt/results "${suites[@]/%/.bats}"
