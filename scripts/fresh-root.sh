#!/usr/bin/env bash
# Runs scripts/try.sh and scripts/test.sh in a fresh minimal Debian 12 root that holds git and a clone of the
# committed HEAD, nothing else. For developers, as root; not part of ctest. Needs mmdebstrap.
# usage: scripts/fresh-root.sh [-k] [SCRIPT...]   -k keeps the root; SCRIPTs default to "try.sh" "test.sh"
# The packages come from wherever this machine's own apt takes Debian's.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

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
  umount -R "$guest/proc" "$guest/dev" "$guest/sys" 2>/dev/null || true
  if ((keep)); then
    rm -rf "$guest"/etc/apt/sources.list "$guest"/etc/apt/sources.list.d/*
    echo "kept: $guest" >&2
  elif ! mountpoint -q "$guest/dev"; then
    rm -rf --one-file-system "$work"
  fi
}
trap finish EXIT

# This machine's Debian sources and proxy settings, as one-line entries for bookworm.
debian_sources() {
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    awk '$2 ~ /^bookworm(-updates|-security)?$/ {print "deb", $1, $2, $3}' | sort -u
}
apt_options=()
while read -r option; do apt_options+=("--aptopt=$option"); done < <(
  apt-config dump | grep -iE '^Acquire::(https?::.*Proxy|Check-Valid-Until|Check-Date) ' || true
)

echo "== making the root" >&2
debian_sources >"$work/sources.list"
[[ -s $work/sources.list ]] || { echo "apt on this machine has no bookworm sources" >&2; exit 1; }
mmdebstrap --quiet --variant=minbase --include=git "${apt_options[@]}" bookworm "$guest" - <"$work/sources.list"
cp -L /etc/resolv.conf /etc/hosts "$guest/etc/"
printf '#!/bin/sh\nexit 101\n' >"$guest/usr/sbin/policy-rc.d" # packages start no services in a chroot
chmod 755 "$guest/usr/sbin/policy-rc.d"
git clone -q --no-hardlinks "$root" "$guest/root/oxidalloc"
mount -t proc proc "$guest/proc"
mount --rbind /sys "$guest/sys"
mount --make-rslave "$guest/sys"
mount --rbind /dev "$guest/dev"
mount --make-rslave "$guest/dev"

result=0
for script; do
  echo "== scripts/$script" >&2
  status=0
  # shellcheck disable=SC2086 # a SCRIPT may carry arguments
  env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$guest" bash -c "cd /root/oxidalloc && scripts/$script" </dev/null || status=$?
  echo "== scripts/$script: exit status $status" >&2
  ((status == 0)) || result=1
done
exit "$result"
