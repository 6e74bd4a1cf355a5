# shellcheck shell=bash disable=SC2154 # root, work: set here for the suites; OX_*: by scripts/test-packages.sh
# A fresh Debian root per test, programs executed in it without a pause, its files compared before and after.
# Sourced by the suites, which scripts/test-packages.sh runs in mount and PID namespaces of their own.

# fresh_root [SUITE]: $root, a mount of its own with /proc and /dev.
fresh_root() {
  [ -n "${OXIDALLOC_PRIVATE-}" ] || { echo "run it through scripts/test-packages.sh"; return 1; }
  work=$(mktemp -d "$OX_WORK/test.XXXXXX")
  root=$work/root
  mkdir "$root"
  tar -x -C "$root" --exclude='./dev/*' -f "$OX_WORK/roots/${1:-bookworm}.tar"
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --make-rslave "$root/dev"
  mount -t tmpfs -o mode=755 run "$root/run"
  mkdir "$root/packages"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# rpm and dnf on $root, with their books where an rpm system has them. The root's packages are Debian's, rpm knows of none:
# hence --nodeps.
use_rpm() {
  export HOME=$work
  echo '%_dbpath /var/lib/rpm' >"$HOME/.rpmmacros"
  rpm_=(rpm --root "$root" --force-debian --nodeps)
}
rpm_do() { "${rpm_[@]}" "$@" >"$work/rpm.log" 2>&1 || { cat "$work/rpm.log"; return 1; }; }

drop_root() {
  stop_executing
  [ -n "${root-}" ] || return 0
  umount -l "$root" # with all that is mounted in it
  rm -rf --one-file-system "$work"
}

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

# --- programs executed all the while: the loop itself is the host's, out of the preload file's reach

start_executing() {
  rm -f "$work"/{stop,failed,stderr,executed}
  (
    count=0
    while [ ! -e "$work/stop" ]; do
      chroot "$root" /bin/true 2>>"$work/stderr" || echo "true: $?" >>"$work/failed"
      [ "$(chroot "$root" /bin/sh -c '(echo fine) | cat' 2>>"$work/stderr")" = fine ] || echo "sh" >>"$work/failed"
      chroot "$root" /usr/bin/dpkg --version >/dev/null 2>>"$work/stderr" || echo "dpkg: $?" >>"$work/failed"
      count=$((count + 5))
      echo $count >"$work/executed"
    done
  ) 3>&- &
  loop=$!
}

stop_executing() {
  [ -n "${loop-}" ] || return 0
  touch "$work/stop"
  wait "$loop" || true
  loop=""
}

# No execution failed, none wrote to stderr, and it was no idle loop.
executions_were_clean() {
  stop_executing
  echo "# executed: $(cat "$work/executed")" >&3
  [ ! -e "$work/failed" ] || { echo "failed:"; sort "$work/failed" | uniq -c; return 1; }
  [ ! -s "$work/stderr" ] || { echo "stderr:"; sort "$work/stderr" | uniq -c | head; return 1; }
  [ "$(cat "$work/executed")" -ge "${1:-50}" ]
}

# --- state

serving() { inside /bin/cat /proc/self/maps | grep -q liboxidalloc.so; }
live_copy() { find "$root"/usr/lib/{x86_64,aarch64}-linux-gnu/oxidalloc -name liboxidalloc.so 2>/dev/null; } # Debian's $LIB
master() { find "$root"/usr/lib*/ -name liboxidalloc.so ! -path '*/oxidalloc/*'; }
# Programs run on what the package has now, and nothing is otherwise than was asked for.
expect_on() {
  serving || { echo "programs do not run on it"; return 1; }
  inside oxidalloc-status >"$work/status" || { cat "$work/status"; return 1; }
  cmp "$(live_copy)" "$(master)"
}
expect_off() {
  if serving || [ -e "$root/etc/ld.so.preload" ] || [ -L "$root/etc/ld.so.preload" ]; then
    echo "it is not off"
    return 1
  fi
}
expect_version() { [ "$(inside oxidalloc --version)" = "oxidalloc $1" ]; }

# Every file with its kind, mode, owner, target and content, but for the package managers' own books and temporary files.
snapshot() {
  (
    cd "$root" || exit
    local path
    local -a but=()
    for path in proc dev packages tmp var/{tmp,log,cache} var/lib/{dpkg,apt,rpm,dnf,pacman} usr/lib/sysimage; do
      but+=(-path "./$path" -prune -o)
    done
    find . -xdev "${but[@]}" -printf '%p %y %m %U:%G %l\n' | sort
    find . -xdev "${but[@]}" -type f -exec sha256sum {} + | sort -k2
  )
}

# lives MODE UPGRADES: from the first installation to the last upgrade, disabled again at its end, with programs executed
# all the while. The suite says how: put FILE; old, new: those files; next N: the file of one more upgrade.
lives() {
  snapshot >"$work/before"
  start_executing
  put "$(old)"
  expect_off
  expect_version "$OX_OLD"
  inside oxidalloc-enable --mode "$1"
  expect_on
  put "$(new)"
  expect_on
  expect_version "$OX_NEW"
  put "$(old)"
  expect_on
  expect_version "$OX_OLD"

  local i
  for i in $(seq "$2"); do
    put "$(next "$i")"
    expect_on
  done

  inside oxidalloc-disable
  expect_off
  put "$(new)"
  expect_off
  expect_version "$OX_NEW"
}

# --- transactions that are killed

# measure COMMAND...: how long it takes, in microseconds, in $takes. No transaction was killed yet.
measure() {
  local begin=${EPOCHREALTIME/./}
  "$@"
  takes=$((${EPOCHREALTIME/./} - begin)) kills=0
}

# killed_at PERCENT COMMAND...: kill -9 for it and all its children when that much of $takes is over. $kills counts those that
# were at work still; one that was not tells that it takes less.
killed_at() {
  local pause=$((takes * $1 / 100)) group status=0
  shift
  setsid "$@" >/dev/null 2>&1 3>&- &
  group=$!
  sleep "$(printf '%d.%06d' $((pause / 1000000)) $((pause % 1000000)))"
  kill -9 -- "-$group" 2>/dev/null || true
  wait "$group" 2>/dev/null || status=$?
  if ((status == 137)); then kills=$((kills + 1)); else takes=$pause; fi
}

# COUNT transactions at least were cut short: otherwise nothing was tried.
enough_kills() {
  echo "# killed in the middle: $kills" >&3
  ((kills >= $1)) || { echo "only $kills transactions were at work still when they were killed"; return 1; }
}

# Each starts, says nothing on stderr, and does its work.
programs_start() {
  local errors=$work/programs-stderr
  inside /bin/true 2>"$errors"
  [ "$(inside /bin/sh -c '(echo ok) | cat' 2>>"$errors")" = ok ]
  [ "$(inside /bin/bash -c 'printf "%s" ok' 2>>"$errors")" = ok ]
  inside /usr/bin/dpkg --version >/dev/null 2>>"$errors"
  [ ! -s "$errors" ] || { cat "$errors"; return 1; }
}
