#!/usr/bin/env bash
# The first process of one run, in namespaces of its own: makes the place ready, then runs the command in it as
# its child, so that the command is an ordinary process. When this one ends, all others of the run end.
# usage: inside.sh libc|ox DIRECTORY USER COMMAND [ARG...]
# Environment: OX_MODE (session: by LD_PRELOAD; anything else: by /etc/ld.so.preload), OX_ENTRY (what stands in it),
# OX_ROOT (the root directory that the command runs in, or nothing; see lib/roots.bash).
set -euo pipefail

kind=$1 directory=$2 user=$3
shift 3

# Nothing of the machine's that two runs could meet in: sockets, locks, shared memory, displays, ports.
mkdir -p /mnt/runs/enabled
[[ ! -d /run/oxidalloc ]] || mount --rbind /run/oxidalloc /mnt/runs/enabled # boot-safe mode: the preload file is there
mount -t tmpfs -o mode=755 run /run
! mountpoint -q /mnt/runs/enabled || { mkdir /run/oxidalloc && mount --move /mnt/runs/enabled /run/oxidalloc; }
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=1777 shm /dev/shm
mkdir -p /run/home /run/session /run/dbus /run/lock /run/systemd/{seats,sessions,users,machines} # (who asks logind)
mkdir -m 1777 /tmp/.X11-unix /tmp/.ICE-unix
chown "$user:" /run/home /run/session
chmod 700 /run/session
ip link set lo up

root=${OX_ROOT:-}
if [[ $root ]]; then
  for place in proc dev run tmp mnt; do mount --rbind "/$place" "$root/$place"; done
fi

words=(env -i "--chdir=$directory" "HOME=/run/home" "USER=$user" "LOGNAME=$user" SHELL=/bin/bash LANG=C.UTF-8 TZ=UTC
  PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/games XDG_RUNTIME_DIR=/run/session
  "OX_WORK=${OX_WORK:-}")
[[ $user == root ]] || words=(setpriv "--reuid=$user" "--regid=$user" --init-groups -- "${words[@]}")
if [[ $kind == ox && $OX_MODE == session ]]; then
  words+=("LD_PRELOAD=$OX_ENTRY")
elif [[ $kind == ox ]]; then
  umount "$(realpath "$root/etc/ld.so.preload")" # the empty file over it: from here on every program that starts has the library
fi
[[ -z $root ]] || words=(chroot "$root" "${words[@]}")

ulimit -c unlimited
: >"$directory/../begun"
status=0
"${words[@]}" "$@" || status=$?
exit "$status"
