#!/usr/bin/env bash
# Lines of src/ that the tests execute, error paths by injected failures among them. Prints gcovr's table, in
# build-coverage/; fails below LEAST percent. Needs gcovr, GoogleTest and Bats. Half an hour on two cores.
# usage: scripts/coverage.sh [LEAST]   90 if not given
#
# The library, the tools and the unit tests are built with counters. The unit tests must pass. Of the suites that run
# programs on the library and the tools, some judge what counting changes (instructions, files that appear, a second
# line of a process that aborts): whether they pass is for the ordinary build to say.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
least=${1:-90}
build=$root/build-coverage
command -v gcovr >/dev/null || { echo "coverage.sh needs gcovr" >&2; exit 1; }

cmake -S "$root" --preset coverage -DOXIDALLOC_REQUIRE_TESTS=ON >/dev/null
cmake --build "$build" >&2
find "$build" -name '*.gcda' -delete
# Each test in a process of its own, as always.
ctest --test-dir "$build" -L unit -j"$(nproc)" --output-on-failure --quiet >&2
ctest --test-dir "$build" -L 'preload|misuse|insight|cli' -j"$(nproc)" --timeout 240 >&2 || true
gcovr --root "$root" --filter 'src/' --object-directory "$build" --exclude-unreachable-branches \
  --fail-under-line "$least" --print-summary "$build"
