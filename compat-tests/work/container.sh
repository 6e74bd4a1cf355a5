#!/usr/bin/env bash
# A container with a system of its own that has no library: its programs run on libc, and the loader has nothing to say.
# The engine's part is what engines do: namespaces, an own root, an environment of its own.
# usage: container.sh ROOT
set -euo pipefail

inside() { unshare --mount --pid --uts --ipc --fork --mount-proc="$1/proc" env -i PATH=/usr/bin:/bin:/usr/sbin chroot "$@"; }
inside "$1" sh -c 'ls /etc/ld.so.preload /usr/lib/*/oxidalloc 2>/dev/null; dpkg-query -W dpkg | cut -f 1; seq 100000 | sort -rn | md5sum; sleep 2'
# shellcheck disable=SC2016 # the inner shell's
inside "$1" sh -c 'grep -c oxidalloc /proc/self/maps; echo "said: $(ls / 2>&1 >/dev/null)"'
# shellcheck disable=SC2016 # Perl's
inside "$1" perl -e 'my @x = map { "x" x $_ } 1 .. 3000; print length join("", @x), "\n"'
