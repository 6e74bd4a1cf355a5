# Suites that run in another Debian than this machine's: a root directory with the package installed and enabled.
# Made once, from where this machine's own apt takes Debian's packages, and kept in build/compat/roots; what a run
# changes is in an overlay that goes with the private system.

# shellcheck source=compat-tests/lib/private.bash
source /mnt/source/compat-tests/lib/private.bash

# debian_root NAME SUITE MMDEBSTRAP-OPTION...: makes the root, in setup_file. Without --install it has to be there.
debian_root() {
  local kept=/mnt/build/compat/roots/$1 root=/mnt/roots/$1
  if [ ! -d "$kept" ]; then
    [ "${CI:-}" = true ] || return 0
    make_root "$kept" "${@:2}" >"$OX_RESULTS/root-$1.log" 2>&1 || { tail -n 20 "$OX_RESULTS/root-$1.log" >&2; return 1; }
  fi
  mkdir -p "$root" "$root.new" "$root.work"
  mount -t overlay root -o "lowerdir=$kept,upperdir=$root.new,workdir=$root.work" "$root"
  DESTDIR=$root cmake --install /mnt/build --prefix /usr >/dev/null
  add_user "$root"
  for place in proc dev; do mount --rbind "/$place" "$root/$place"; done
  switch_on "$root"
  umount -l "$root/proc" "$root/dev"
}

make_root() {
  local kept=$1 suite=$2
  shift 2
  mkdir -p "${kept%/*}"
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
    grep -v security | sort -u | head -n 1 | sed "s/.*/deb & $suite main/" |
    mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' "$@" "$suite" "$kept.new" -
  rm -rf "$kept.new"/etc/apt/sources.list*
  mv "$kept.new" "$kept"
}

# in_root NAME: this test's programs are those of that root.
in_root() {
  [ -d "/mnt/roots/$1/usr" ] || missing "the root $1 (--install makes it)" || return
  export OX_ROOT=/mnt/roots/$1
}
