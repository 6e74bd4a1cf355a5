#!/usr/bin/env bash
# Runs a command as root of a user namespace with mounts and PIDs of its own, in which programs for 64-bit ARM run under
# qemu-user: binfmt_misc belongs to the namespace (Linux 6.7), the machine's own is not touched.
# As root; needs qemu-user-static. usage: scripts/lib/aarch64.sh COMMAND [ARGUMENT...]
set -euo pipefail

# Seen from outside: the namespace, whose users are this one's.
if [[ -z ${OXIDALLOC_AARCH64-} ]]; then
  mapped=$(mktemp -u)
  mkfifo "$mapped"
  OXIDALLOC_AARCH64=$mapped unshare -U -m -p -f --kill-child "$0" "$@" <&0 &
  inside=$!
  for map in uid_map gid_map; do
    # Refused until the namespace is there.
    until echo "0 0 65536" 2>/dev/null >/proc/$inside/$map; do
      kill -0 "$inside"
      sleep 0.05
    done
  done
  echo >"$mapped"
  rm "$mapped"
  wait "$inside"
  exit
fi

# Inside, once there are users.
read -r <"$OXIDALLOC_AARCH64"
unset OXIDALLOC_AARCH64
mount -t proc proc /proc
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
echo ":aarch64:M::$magic:$mask:$(command -v qemu-aarch64-static):F" >/proc/sys/fs/binfmt_misc/register
exec "$@"
