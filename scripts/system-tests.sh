#!/usr/bin/env bash
# Boots whole systems with the tools in them (systemd in a container) and runs tests/system/. For developers and
# CI, as root; not part of ctest, for it makes a Debian root first (kept in --cache DIR for the next run).
# usage: scripts/system-tests.sh [--cache DIR] [--build DIR] [BATS-OPTION...]
# Needs bats, jq, mmdebstrap, systemd-nspawn. The packages come from wherever this machine's own apt takes Debian's.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache="" build=$root/build
while (($#)); do
  case $1 in
    --cache) cache=$2 && shift 2 ;;
    --build) build=$2 && shift 2 ;;
    -h | --help) sed -n '2,5s/^# //p' "$0" && exit 0 ;;
    *) break ;;
  esac
done
((EUID == 0)) || { echo "system-tests.sh must run as root" >&2; exit 1; }
for program in bats jq mmdebstrap systemd-nspawn; do
  command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done

if [[ -z $cache ]]; then
  cache=$(mktemp -d)
  trap 'rm -rf "$cache"' EXIT
fi
mkdir -p "$cache"
export OX_BUILD=$build OX_LIB=$build/lib/liboxidalloc.so OX_SOURCE=$root OX_SYSTEM_ROOT=$cache/bookworm.tar
if [[ ! -f $OX_SYSTEM_ROOT ]]; then
  echo "== making a Debian 12 root with systemd and services" >&2
  mmdebstrap --quiet --variant=minbase --include=systemd-sysv,dbus,cron,procps,jq,nginx-light,openssh-server \
    bookworm "$OX_SYSTEM_ROOT.new"
  mv "$OX_SYSTEM_ROOT.new" "$OX_SYSTEM_ROOT"
fi
CI=true bats "$@" "$root/tests/system"
