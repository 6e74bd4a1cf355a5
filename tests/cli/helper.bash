# What the suites of the tools share: throw-away roots, private mount namespaces, and judgements.
# Nothing here or in the suites touches the machine's own /etc or /usr: a root is a directory, given to
# the tools as --root; a "private system" is the machine seen through overlays in a mount namespace.
#
# Environment: OX_BUILD, the build tree; OX_LIB, the library. Needs root; under CI=true nothing is skipped.

export LC_ALL=C TZ=UTC
bin=$OX_BUILD/bin
entry='/usr/$LIB/oxidalloc/liboxidalloc.so'
boot_link=/run/oxidalloc/ld.so.preload

fail() {
  printf '%s\n' "$*" >&2
  return 1
}

# cannot REASON: a skip on a developer's machine, a failure where all is promised to be there.
cannot() {
  if [ "${CI:-}" = true ]; then fail "$*"; else skip "$*"; fi
}

need_tools() { [ -x "$bin/oxidalloc" ] || cannot "the tools are not built"; }
need_root() { [ "$(id -u)" -eq 0 ] || cannot "needs root"; }
need() {
  local program
  for program; do command -v "$program" >/dev/null || cannot "missing: $program"; done
}

# --- trees --------------------------------------------------------------------------------------

# What a package would install, in $BATS_FILE_TMPDIR/tree, once a file.
make_tree() {
  tree=$BATS_FILE_TMPDIR/tree
  export tree
  [ ! -d "$tree" ] || return 0
  DESTDIR=$tree.new cmake --install "$OX_BUILD" --prefix /usr >/dev/null
  strip "$tree.new/usr/sbin/oxidalloc"
  mv "$tree.new" "$tree"
}

# copy_programs ROOT PROGRAM...: each with the libraries it needs, at the paths of this machine.
copy_programs() {
  local root=$1 program file
  shift
  for program; do
    while read -r file; do
      mkdir -p "$root${file%/*}"
      cp -L --preserve=mode,timestamps "$file" "$root$file"
    done < <(echo "$program"; ldd "$program" | grep -o '/[^ ]*')
  done
}

# make_root DIR: a system of a shell and a handful of programs, with the package's files, and not enabled.
make_root() {
  local root=$1 name
  mkdir -p "$root"/{etc,run,proc,dev,tmp,mnt,usr/bin,usr/sbin,usr/lib,usr/lib64}
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
  copy_programs "$root" /bin/sh /bin/true /bin/cat /bin/echo /usr/bin/env
  : >"$root/dev/null" # a file will do: nothing is written to it
  cp -a "$tree/usr/." "$root/usr/"
  multiarch=$root/usr/lib/$(gcc -print-multiarch)
}

live_directory() { echo "$1/usr/lib/$(gcc -print-multiarch)/oxidalloc"; }

# --- judgements -----------------------------------------------------------------------------------

preload_of() { cat "$1/etc/ld.so.preload" 2>/dev/null; }

# starts ROOT: programs start there, silently.
starts() {
  local out
  out=$(chroot "$1" /bin/sh -c 'echo "$(echo started)" | cat' 2>&1) || fail "sh does not start in $1: $out" || return
  [ "$out" = started ] || fail "in $1 the start of a program printed: $out"
}

# on ROOT / off ROOT: a program that starts there has the library mapped, or has not.
loaded() { [[ "$(chroot "$1" /usr/bin/env LD_TRACE_LOADED_OBJECTS=1 /bin/true)" == *liboxidalloc.so* ]]; }
on() { loaded "$1" || fail "the library is not loaded in $1"; }
off() { ! loaded "$1" || fail "the library is loaded in $1"; }

# unchanged_by DIR COMMAND...: the directory's names, modes, owners, times and contents are as before.
fingerprint() { (cd "$1" && find . -printf '%P %y %m %U %G %T@ %l\n' | sort && find . -type f -exec md5sum {} + | sort); }

# --- private systems ------------------------------------------------------------------------------

# in_private_system FUNCTION [ARG...]: runs a function of the suite on this machine's own programs, in
# namespaces of its own: /etc and /usr are overlays with the package's files installed, /run is empty, and
# every process it starts ends with it. The machine itself is not changed.
in_private_system() {
  unshare -m -p -f --kill-child --mount-proc --propagation private \
    bash -c "set -euo pipefail; export PATH=/usr/sbin:/usr/bin:/sbin:/bin; entry='\$entry'; $(declare -f); enter_private_system; \"\$@\"" private "$@"
}

enter_private_system() {
  mount -t tmpfs -o mode=755 t /mnt
  mkdir /mnt/{etc,usr}{,.work}
  cp -a "$tree/usr/." /mnt/usr/
  mount -t overlay o -o lowerdir=/usr,upperdir=/mnt/usr,workdir=/mnt/usr.work /usr
  mount -t overlay o -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/etc.work /etc
  mount -t tmpfs -o mode=755 t /run
  cp "$OX_BUILD/tests/where" "$OX_BUILD/tests/own_malloc" "$OX_BUILD/tests/one_block" /usr/bin/
}

# waiting PID NAME: returns once that process is program NAME and waits for something: it has started.
waiting() {
  local tries words
  for ((tries = 0; tries < 3000; tries++)); do
    read -r _ words <"/proc/$1/stat" || break
    [[ $words != "(${2:0:15}) S "* ]] || return 0
    sleep 0.01
  done
  fail "$2 ($1) did not start: ${words:-it has ended}"
}

# state_of PID [FIELD]: what status says of that process.
state_of() {
  { oxidalloc-status --json || true; } | jq -r --argjson pid "$1" ".processes[] | select(.pid == \$pid) | .${2:-state}"
}
