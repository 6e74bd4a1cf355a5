#!/bin/sh
# Oxidalloc beside libc and its peers: builds what is missing, then runs bench/run.py, whose --help
# lists the options.
#
#   bench/run.sh --peers                                  # with the peers of Debian's packages
#   bench/run.sh --allocators libc,oxidalloc,NAME=PATH    # with any other preloadable allocator
#   bench/run.sh --tests 'larson,random_*' --threads 1,4 --runs 5 --out DIR
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${OXIDALLOC_BUILD:-$here/../build}
if [ ! -x "$build/bin/measure" ] || [ ! -x "$build/bench/larson" ]; then
  cmake -S "$here/.." -B "$build" -DCMAKE_BUILD_TYPE=Release >&2
  cmake --build "$build" >&2
fi
# The distribution's Python before another: matplotlib, which draws the charts, is a package of it.
python=$(PATH=/usr/bin:$PATH command -v python3)
exec "$python" "$here/run.py" --build "$build" "$@"
