#!/usr/bin/env bash
# Boots whole systems with the tools in them and runs tests/system/: systemd and sysvinit in containers, an emulated
# machine. As root; not part of ctest, for it makes Debian roots first (kept in --cache DIR for the next run).
# usage: scripts/system-tests.sh [--cache DIR] [--build DIR] [BATS-OPTION...]
# Needs bats, jq, mmdebstrap, systemd-nspawn, qemu-system-x86_64. The roots' packages come from wherever this machine's
# own apt takes Debian's. A quarter of an hour on two cores; the emulated machine is most of it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache="" build=$root/build
while (($#)); do
  case $1 in
    --cache) cache=$2 && shift 2 ;;
    --build) build=$2 && shift 2 ;;
    -h | --help) sed -n '2,6s/^# //p' "$0" && exit 0 ;;
    *) break ;;
  esac
done
((EUID == 0)) || { echo "system-tests.sh must run as root" >&2; exit 1; }
for program in bats jq mmdebstrap systemd-nspawn qemu-system-x86_64; do
  command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

if [[ -z $cache ]]; then
  cache=$(mktemp -d)
  trap 'rm -rf "$cache"' EXIT
fi
mkdir -p "$cache"
export OX_BUILD=$build OX_LIB=$build/lib/liboxidalloc.so OX_SOURCE=$root

# make_root NAME PACKAGES: $cache/NAME.tar, a Debian 12.
make_root() {
  [[ ! -f $cache/$1.tar ]] || return 0
  echo "== making a Debian 12 root: $1" >&2
  mmdebstrap --quiet --variant=minbase --include="$2" bookworm "$cache/new.tar"
  mv "$cache/new.tar" "$cache/$1.tar"
}
services=dbus,cron,procps,jq,nginx-light,openssh-server
make_root systemd "systemd-sysv,$services"
make_root sysvinit sysvinit-core,cron,procps,jq
make_root vm "systemd-sysv,$services,linux-image-cloud-amd64,criu"
export OX_SYSTEM_ROOT=$cache/systemd.tar OX_SYSVINIT_ROOT=$cache/sysvinit.tar OX_VM_ROOT=$cache/vm.tar
CI=true bats "$@" "$root/tests/system"
