#!/usr/bin/env bash
# What every Debian has: the shell, text tools, archives, dpkg and apt; a package is made, installed and purged.
set -euo pipefail

seq 200000 | awk '{ print $1 * 7919 % 30011 "-" $1 }' | sort -t - -k 1,1n -k 2,2n >numbers
sed -E 's/([0-9]+)-([0-9]+)/\2:\1/' numbers | grep -c '7:'
tar -c numbers | xz -2 -T 2 >numbers.tar.xz
mkdir out && tar -C out -xf numbers.tar.xz && cmp numbers out/numbers && md5sum numbers
declare -A seen=()
for ((i = 0; i < 30000; i++)); do seen[$((i * 7919 % 3001))]+=$i,; done
printf '%s\n' "${seen[@]}" | sort | md5sum
mkdir -p tree/DEBIAN tree/usr/share/oxcompat
cp numbers tree/usr/share/oxcompat/
printf 'Package: oxcompat\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: for a test\n' >tree/DEBIAN/control
# shellcheck disable=SC2016 # the script's own
printf '#!/bin/sh\necho "$1" >>%s/scripts\nsleep 1\n' "$PWD" >tree/DEBIAN/postinst
chmod 755 tree/DEBIAN/postinst
dpkg-deb --root-owner-group -b tree oxcompat.deb >/dev/null
dpkg -i oxcompat.deb >/dev/null
dpkg-query -W oxcompat
dpkg --verify oxcompat
apt-get -s -q remove oxcompat | grep '^Remv'
dpkg --purge oxcompat >/dev/null
cat scripts
dpkg-query -W | md5sum
apt-cache policy dpkg | sed -n 2p
getent passwd compat root
localedef --list-archive 2>/dev/null | wc -l
