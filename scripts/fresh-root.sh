#!/usr/bin/env bash
# Runs scripts/try.sh and scripts/test.sh in a fresh minimal Debian 12 root that holds git and a clone of the
# committed HEAD, nothing else. For developers, as root; not part of ctest. Needs mmdebstrap.
# usage: scripts/fresh-root.sh [-k] [SCRIPT...]   -k keeps the root; SCRIPTs default to "try.sh" "test.sh"
# The packages come from wherever this machine's own apt takes Debian's.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/lib/clone-root.sh
source "$root/scripts/lib/clone-root.sh"

# Mounts are made in a namespace of our own, and PIDs too: nothing survives the script, nothing shows outside.
if [[ -z ${OXIDALLOC_PRIVATE-} ]]; then
  ((EUID == 0)) || { echo "fresh-root.sh must run as root" >&2; exit 1; }
  OXIDALLOC_PRIVATE=1 exec unshare -m -p -f --kill-child --mount-proc --propagation private "$0" "$@"
fi

keep=0
if [[ ${1-} == -k ]]; then
  keep=1
  shift
fi
(($#)) || set -- try.sh test.sh

work=$(mktemp -d)
chmod 755 "$work"
guest=$work/root
# shellcheck disable=SC2317 # reached through the trap
finish() {
  if ((keep)); then
    umount -R "$guest/proc" "$guest/dev" "$guest/sys" 2>/dev/null || true
    rm -rf "$guest"/etc/apt/sources.list "$guest"/etc/apt/sources.list.d/*
    echo "kept: $guest" >&2
  else
    drop_root "$guest"
    rmdir "$work" 2>/dev/null || true
  fi
}
trap finish EXIT

echo "== making the root" >&2
make_clone_root "$guest"

result=0
for script; do
  echo "== scripts/$script" >&2
  status=0
  # shellcheck disable=SC2086 # a SCRIPT may carry arguments
  inside "$guest" bash -c "cd /root/oxidalloc && scripts/$script" </dev/null || status=$?
  echo "== scripts/$script: exit status $status" >&2
  ((status == 0)) || result=1
done
exit "$result"
