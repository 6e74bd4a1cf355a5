#!/usr/bin/env bash
# apt and dpkg: packages are made, offered by a repository on this machine's disk, installed, upgraded, removed, purged;
# apt's look at all packages that it knows.
set -euo pipefail

# make NAME VERSION DEPENDS
make() {
  mkdir -p "tree/DEBIAN" tree/usr/share/oxcompat-work
  seq 100000 >"tree/usr/share/oxcompat-work/$1"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: a <a@b>\nDescription: for a test\n%s' \
    "$1" "$2" "${3:+Depends: $3
}" >tree/DEBIAN/control
  # shellcheck disable=SC2016 # the script's own
  printf '#!/bin/sh\nset -e\necho "%s %s: $1" >>%s/scripts\nsleep 0.2\n' "$1" "$2" "$PWD" >tree/DEBIAN/postinst
  # shellcheck disable=SC2016 # a literal one
  sed 's/: \$1/: \$1 (before it goes)/' tree/DEBIAN/postinst >tree/DEBIAN/prerm
  chmod 755 tree/DEBIAN/postinst tree/DEBIAN/prerm
  dpkg-deb --root-owner-group -Zxz -b tree repository >/dev/null
  rm -r tree
}
chmod 755 .
mkdir repository lists
make oxcompat-one 1.0 oxcompat-two
make oxcompat-two 1.0 ''
(cd repository && dpkg-scanpackages -m . >Packages 2>/dev/null && gzip -k Packages)
echo "deb [trusted=yes] file:$PWD/repository ./" >sources.list
options=(-q -y -o "Dir::Etc::SourceList=$PWD/sources.list" -o Dir::Etc::SourceParts=/nonexistent -o "Dir::State::Lists=$PWD/lists"
  -o Dpkg::Use-Pty=0 -o Dir::Cache="$PWD/lists")
installed() { dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' 'oxcompat-*' 2>/dev/null || true; }
apt-get "${options[@]}" update >&2
apt-get "${options[@]}" install oxcompat-one >&2
installed
make oxcompat-two 2.0 ''
(cd repository && dpkg-scanpackages -m . >Packages 2>/dev/null && gzip -kf Packages)
apt-get "${options[@]}" update >&2
apt-get "${options[@]}" install --only-upgrade oxcompat-two >&2
installed
cat /usr/share/oxcompat-work/* | md5sum
dpkg --verify oxcompat-one oxcompat-two
apt-get "${options[@]}" purge oxcompat-two >&2
installed
cat scripts
apt-cache dumpavail | grep -v '^Filename' | md5sum
apt-cache -o APT::Cache::AllVersions=1 depends --recurse dpkg | md5sum
apt-get check 2>&1 | md5sum
dpkg --audit
dpkg-query -W | md5sum
