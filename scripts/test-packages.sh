#!/usr/bin/env bash
# Builds the packages of the committed HEAD, in two versions, and tries them with real package managers in throw-away
# Debian roots. As root; minutes; not part of ctest. Needs mmdebstrap, bats, and per kind: debhelper, lintian;
# rpm, dnf, rpmlint, debugedit, elfutils; makepkg, pacman-package-manager; g++-aarch64-linux-gnu, googletest,
# qemu-user-static, arch-test; ansible-core. What is missing is said, and its suite fails.
# usage: scripts/test-packages.sh [-k] [SUITE...]   SUITEs: deb rpm arch suites ansible cpack cross arm64 reproducible
#   -k   keep and reuse what was built and the roots, in build/package-tests
# The roots' packages come from wherever this machine's own apt takes Debian's.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
((EUID == 0)) || { echo "test-packages.sh must run as root" >&2; exit 1; }

# Mounts are made in a namespace of our own, and PIDs too: nothing survives the script, nothing shows outside.
if [[ -z ${OXIDALLOC_PRIVATE-} ]]; then
  OXIDALLOC_PRIVATE=1 exec unshare -m -p -f --kill-child --mount-proc --propagation private "$0" "$@"
fi

work=${OXIDALLOC_PACKAGE_TESTS:-$root/build/package-tests}
if [[ ${1-} == -k ]]; then shift; else rm -rf --one-file-system "$work"; fi
(($#)) || set -- deb rpm arch suites ansible cpack cross arm64 reproducible
mkdir -p "$work"
export OX_WORK=$work OX_SOURCE=$root
export OX_OLD=0.9.1 OX_NEW=0.9.2 # versions of the same sources

# This machine's Debian sources and proxy settings, for SUITE.
sources_of() {
  # shellcheck disable=SC2016 # apt-get expands these
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    awk -v suite="$1" '$2 == "bookworm" && $3 == "main" {print "deb", $1, suite, "main"}' | sort -u
}

# make_root SUITE [arm64|i386|ansible]: $work/roots/SUITE[-...].tar, without apt sources in it; i386 is beside amd64.
make_root() {
  local tar=$work/roots/$1${2:+-$2}.tar option
  local -a options=('--aptopt=Acquire::Check-Valid-Until "false"') under=()
  [[ ! -f $tar ]] || return 0
  mkdir -p "$work/roots"
  echo "== root: $*" >&2
  case ${2-} in
    arm64)
      under=("$root/scripts/lib/aarch64.sh")
      options+=(--architectures=arm64 "--include=bats,procps")
      ;;
    ansible) options+=(--include=python3-apt) ;; # as Ansible asks of its hosts
    i386) options+=("--architectures=amd64,i386" --include=libc6:i386) ;;
  esac
  while read -r option; do options+=("--aptopt=$option"); done < <(
    apt-config dump | grep -iE '^Acquire::(https?::.*Proxy|Check-Date) ' || true
  )
  # shellcheck disable=SC2016 # mmdebstrap's own $1
  sources_of "$1" | "${under[@]}" mmdebstrap --quiet --variant=minbase "${options[@]}" \
    --customize-hook='rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*' "$1" "$work/roots/new.tar" -
  mv "$work/roots/new.tar" "$tar"
}

# build KIND: both versions, in $work/KIND/VERSION.
build() {
  local version
  for version in "$OX_OLD" "$OX_NEW"; do
    [[ ! -f $work/$1/$version/done ]] || continue
    echo "== package: $1 $version" >&2
    mkdir -p "$work/$1/$version"
    # Their build dependencies are there as Debian's packages, whatever the other package managers know.
    local -a options=(-o "$work/$1/$version" -v "$version" -w "$work/build-$1")
    [[ $1 == deb ]] || options+=(-s)
    "$root/scripts/package.sh" "${options[@]}" "$1" >"$work/$1/$version/log" 2>&1 ||
      { tail -30 "$work/$1/$version/log" >&2; return 1; }
    touch "$work/$1/$version/done"
  done
}

make_root bookworm
result=0
for suite; do
  under=()
  case $suite in
    deb | rpm | arch) build "$suite" ;;
    suites) build deb ;;
    ansible) build deb && make_root bookworm ansible ;;
    arm64) make_root bookworm arm64 && under=("$root/scripts/lib/aarch64.sh") ;;
  esac || { result=1; continue; }
  if [[ $suite == suites ]]; then
    for name in bullseye trixie sid "bookworm i386"; do
      # shellcheck disable=SC2086 # two words, perhaps
      make_root $name
    done
  fi
  "${under[@]}" bats "$root/tests/packaging/roots/$suite.bats" || result=1
done
exit "$result"
