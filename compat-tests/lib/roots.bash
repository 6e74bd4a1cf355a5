# Suites that run in another Debian than this machine's: a root directory with the package installed and enabled.
# Made once, from where this machine's own apt takes Debian's packages, and kept in build/compat/roots; what a run
# changes is in an overlay that goes with the private system.

# shellcheck source=compat-tests/lib/private.bash
source /mnt/source/compat-tests/lib/private.bash
# shellcheck source=compat-tests/lib/debian.bash
source /mnt/source/compat-tests/lib/debian.bash

# What the roots of the libc matrix and the containers hold.
matrix_programs=perl,python3,sqlite3,openssh-server,openssh-client,cron,xz-utils

# debian_root NAME SUITE MMDEBSTRAP-OPTION...: makes the root, in setup_file. Without --install it has to be there.
debian_root() {
  open_root "$1" "$@" || return
  [ -d "/mnt/roots/$1/usr" ] || return 0
  install_in "/mnt/roots/$1"
}

# plain_root NAME SUITE MMDEBSTRAP-OPTION...: the same without the library, as /mnt/roots/plain-NAME.
plain_root() { open_root "plain-$1" "$@"; }

# open_root PLACE NAME SUITE MMDEBSTRAP-OPTION...: the root of that name, made if need be, with an overlay in /mnt/roots.
open_root() {
  local root=/mnt/roots/$1 kept=/mnt/build/compat/roots/$2
  if [ ! -d "$kept" ]; then
    [ "${CI:-}" = true ] || return 0
    make_root "$kept" "${@:3}" >"$OX_RESULTS/root-$2.log" 2>&1 || { tail -n 20 "$OX_RESULTS/root-$2.log" >&2; return 1; }
  fi
  mkdir -p "$root" "$root.new" "$root.work"
  mount -t overlay root -o "lowerdir=$kept,upperdir=$root.new,workdir=$root.work" "$root"
}

install_in() {
  local root=$1 place selftest=/usr/libexec/oxidalloc/oxidalloc-selftest
  DESTDIR=$root cmake --install /mnt/build --prefix /usr >/dev/null || return
  # Of this machine's libc: an older one cannot start it. oxidalloc-enable's check has one part less then.
  ! chroot "$root" "$selftest" 2>&1 | grep -q 'version .GLIBC_.* not found' || rm "$root$selftest"
  add_user "$root"
  for place in proc dev; do mount --rbind "/$place" "$root/$place"; done
  switch_on "$root" || return
  umount -l "$root/proc" "$root/dev"
}

# in_root NAME: this test's programs are those of that root.
in_root() {
  [ -d "/mnt/roots/$1/usr" ] || missing "the root $1 (--install makes it)" || return
  export OX_ROOT=/mnt/roots/$1
}
