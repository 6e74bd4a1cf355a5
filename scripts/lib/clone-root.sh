# shellcheck shell=bash
# A fresh minimal Debian 12 root that holds git and a clone of the committed HEAD, nothing else. Sourced by scripts
# that run in a mount namespace of their own and set `root` to the checkout. Needs root and mmdebstrap.
# The packages come from wherever this machine's own apt takes Debian's.

# This machine's Debian sources, as one-line entries for bookworm.
debian_sources() {
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    awk '$2 ~ /^bookworm(-updates|-security)?$/ {print "deb", $1, $2, $3}' | sort -u
}

# make_clone_root DIR: the root, with the clone in /root/oxidalloc and /proc, /sys and /dev mounted.
make_clone_root() {
  local guest=$1 option sources
  local -a options=()
  while read -r option; do options+=("--aptopt=$option"); done < <(
    apt-config dump | grep -iE '^Acquire::(https?::.*Proxy|Check-Valid-Until|Check-Date) ' || true
  )
  sources=$(debian_sources)
  [[ $sources ]] || { echo "apt on this machine has no bookworm sources" >&2; return 1; }
  mmdebstrap --quiet --variant=minbase --include=git "${options[@]}" bookworm "$guest" - <<<"$sources"
  cp -L /etc/resolv.conf /etc/hosts "$guest/etc/"
  printf '#!/bin/sh\nexit 101\n' >"$guest/usr/sbin/policy-rc.d" # packages start no services in a chroot
  chmod 755 "$guest/usr/sbin/policy-rc.d"
  git clone -q --no-hardlinks "${root:?}" "$guest/root/oxidalloc"
  mount --bind "$guest" "$guest" # the root of a machine is a mount point: unshare -m inside needs it
  mount -t proc proc "$guest/proc"
  mount --rbind /sys "$guest/sys"
  mount --make-rslave "$guest/sys"
  mount --rbind /dev "$guest/dev"
  mount --make-rslave "$guest/dev"
}

# drop_root DIR: unmounts what stands in it, and removes it unless something is left mounted.
drop_root() {
  umount -R "$1/proc" "$1/dev" "$1/sys" 2>/dev/null || true
  umount "$1" 2>/dev/null || true
  mountpoint -q "$1/dev" || rm -rf --one-file-system "$1"
}

# inside DIR COMMAND...: as root in it, with an environment of its own.
inside() {
  local guest=$1
  shift
  env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$guest" "$@"
}
