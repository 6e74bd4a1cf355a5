#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test through ctest. Asks nothing.
# Its exit status is ctest's. Arguments are handed to ctest, for example: scripts/test.sh -L lint
# OXIDALLOC_STRICT=1: a compiler's warning is an error.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/build.sh
source "$root/scripts/lib/build.sh"

manager=$(packages_manager)
mapfile -t packages < <(
  packages_of_list "$manager" "$root/scripts/lib/build-packages.txt"
  packages_of_list "$manager" "$root/scripts/lib/test-packages.txt"
)
had_redis=$(command -v redis-server || true)
packages_install "$manager" 1 "${packages[@]}"
if [[ -z $had_redis && -d /run/systemd/system ]]; then
  # Installed for its program, not to serve this machine.
  systemctl disable --now redis-server >/dev/null 2>&1 || true
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
build_release "$log" -DOXIDALLOC_BUILD_TESTS=ON -DOXIDALLOC_REQUIRE_TESTS=ON \
  -DCMAKE_COMPILE_WARNING_AS_ERROR="$([[ ${OXIDALLOC_STRICT:-} == 1 ]] && echo ON || echo OFF)" -- all
export CI=true # everything was installed: a test that misses a program fails rather than skips
ctest --test-dir "$root/build" --output-on-failure -j2 "$@"
