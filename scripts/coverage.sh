#!/usr/bin/env bash
# Lines of src/ that the unit tests execute, error paths by injected failures among them. Prints gcovr's table;
# fails below LEAST percent. Needs gcovr, GoogleTest and Bats.
# usage: scripts/coverage.sh [LEAST]   90 if not given
#
# Counted are the layers that the unit tests link: base, os, span, heap. The entry points in src/api stand in the
# preloaded library alone, which cannot carry gcov's runtime; src/cli are programs of their own. Both are tested from
# outside, by tests/preload, tests/insight and tests/cli. So is the hardened library's part of heap and span, and
# OX_CHECK, which is asked for by the environment: tests/misuse.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
least=${1:-90}
build=$root/build-coverage
command -v gcovr >/dev/null || { echo "coverage.sh needs gcovr" >&2; exit 1; }

cmake -S "$root" --preset coverage -DOXIDALLOC_REQUIRE_TESTS=ON >/dev/null
cmake --build "$build" --target oxidalloc_unit_tests >&2
find "$build" -name '*.gcda' -delete
# Each test in a process of its own, as always.
ctest --test-dir "$build" -L unit -j"$(nproc)" --output-on-failure --quiet >&2
gcovr --root "$root" --filter 'src/' --object-directory "$build" --exclude-unreachable-branches \
  --exclude 'src/(heap/(hardened|canary|quarantine|check|empty_blocks)|span/guards|base/secret)\.' \
  --fail-under-line "$least" --print-summary "$build"
