#!/usr/bin/env bash
# Goes a newcomer's way through README.md, command by command, in a fresh minimal Debian 12 root that holds git and a
# clone of the committed HEAD. As root; ten minutes; not part of ctest. Needs mmdebstrap and bats.
# usage: scripts/newcomer-test.sh
# What each step printed is in build/newcomer/*.txt afterwards.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/clone-root.sh
source "$root/scripts/lib/clone-root.sh"
((EUID == 0)) || { echo "newcomer-test.sh must run as root" >&2; exit 1; }

# Mounts are made in a namespace of our own, and PIDs too: nothing survives the script, nothing shows outside.
if [[ -z ${OXIDALLOC_PRIVATE-} ]]; then
  OXIDALLOC_PRIVATE=1 exec unshare -m -p -f --kill-child --mount-proc --propagation private "$0" "$@"
fi

work=$(mktemp -d)
chmod 755 "$work"
trap 'drop_root "$work/root"; rmdir "$work" 2>/dev/null || true' EXIT
echo "== making the root" >&2
make_clone_root "$work/root"
export OX_SOURCE=$root OX_ROOT=$work/root OX_TRANSCRIPTS=$root/build/newcomer
rm -rf "$OX_TRANSCRIPTS"
mkdir -p "$OX_TRANSCRIPTS"
bats "$root/tests/newcomer/newcomer.bats"
