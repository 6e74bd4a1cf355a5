#!/usr/bin/env bash
# Builds packages or the source tarball from the committed HEAD. See usage() below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

usage() {
  cat <<'TXT'
usage: scripts/package.sh [-o DIR] [-v VERSION] [-a arm64] [-w DIR] [-s] source|deb|arch|rpm

  source   oxidalloc-VERSION.tar.gz
  deb      Debian packages, source package included (dpkg-buildpackage)
  arch     Arch Linux package (makepkg; as root: by the user nobody)
  rpm      RPM packages, source package included (rpmbuild)

  -o DIR      where the results go; build/packages if not given
  -v VERSION  as if CMakeLists.txt said so: for tests of upgrades
  -a arm64    cross-build for 64-bit ARM, on Debian; build dependencies are not checked, the self-test is not run
  -w DIR      build in DIR, which is emptied first and kept; in a temporary one if not given
  -s          sign nothing, check no build dependencies: where they are there but not as packages

The version stands in CMakeLists.txt, the date is the commit's: two builds of a commit are the same, byte by byte.
TXT
}

out=$root/build/packages version="" arch="" work="" unchecked=0
while getopts o:v:a:w:sh option; do
  case $option in
    o) out=$OPTARG ;;
    v) version=$OPTARG ;;
    a) arch=$OPTARG unchecked=1 ;;
    w) work=$OPTARG ;;
    s) unchecked=1 ;;
    h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
shift $((OPTIND - 1))
if (($# != 1)) || [[ $arch != @(|arm64) ]]; then usage >&2 && exit 2; fi

if [[ $work ]]; then
  rm -rf "$work"
  mkdir -p "$work"
  work=$(cd "$work" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
chmod 755 "$work"
mkdir -p "$out"
out=$(cd "$out" && pwd)
umask 022

own_version() { sed -n 's/^project(oxidalloc VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt"; }
version=${version:-$(own_version)}
[[ $version =~ ^[0-9]+(\.[0-9]+)*$ ]] || { echo "package.sh: not a version: $version" >&2; exit 2; }
name=oxidalloc-$version
# An unpacked source tarball is no checkout, even if it was unpacked inside one.
is_checkout() { [[ -e $root/.git ]]; }
if is_checkout; then
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
else
  SOURCE_DATE_EPOCH=$(stat -c %Y "$root/CMakeLists.txt")
fi
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC

# source_tarball FILE: the sources as released; they stay in $work/source/oxidalloc-VERSION.
source_tarball() {
  local tree=$work/source/$name
  mkdir -p "$tree"
  if is_checkout; then
    git -C "$root" archive HEAD | tar -x -C "$tree"
  else
    tar -c -C "$root" --exclude=./build --exclude='./build-*' . | tar -x -C "$tree"
  fi
  sed -i "s/^project(oxidalloc VERSION [0-9.]*/project(oxidalloc VERSION $version/" "$tree/CMakeLists.txt"
  tar -c -C "$work/source" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --mtime="@$SOURCE_DATE_EPOCH" --format=gnu "$name" | gzip -9n >"$1"
}

# inserted WORD FILE: stdin with the line @WORD@ replaced by FILE's text, its first line (#!) left out.
inserted() {
  sed 1d "$2" >"$work/$1.text"
  sed -e "/^@$1@$/{r $work/$1.text" -e 'd}'
}

# rendered FILE: of the sources' packaging/, with what a packager's file cannot know by itself.
rendered() {
  local scripts=$work/source/$name/packaging
  inserted PREUN "$scripts/rpm/preun.sh" <"$scripts/$1" | inserted POSTUN "$scripts/rpm/postun.sh" |
    inserted POSTTRANS "$scripts/rpm/posttrans.sh" | inserted REMOVE_COPIES "$scripts/remove-copies.sh" |
    sed -e "s/@VERSION@/$version/g" -e "s/@DATE@/$(date -R -d "@$SOURCE_DATE_EPOCH")/" \
      -e "s/@RPM_DATE@/$(date '+%a %b %d %Y' -d "@$SOURCE_DATE_EPOCH")/" -e "s/@SHA256@/${sha256-}/"
}

# For makepkg and rpmbuild, which know nothing of cross-building: CMake and the tools for the other architecture.
cross_tools() {
  local tool
  export CMAKE_TOOLCHAIN_FILE=$work/source/$name/cmake/toolchains/aarch64-linux-gnu.cmake
  mkdir "$work/tools"
  for tool in strip objcopy; do ln -s "$(command -v "aarch64-linux-gnu-$tool")" "$work/tools/$tool"; done
  export PATH=$work/tools:$PATH
}

build_deb() {
  local tree=$work/source/$name file
  source_tarball "$work/source/oxidalloc_$version.orig.tar.gz"
  cp -r "$tree/packaging/deb" "$tree/debian"
  for file in changelog.in oxidalloc.postrm; do rendered "deb/$file" >"$tree/debian/${file%.in}"; done
  rm "$tree/debian/changelog.in"
  local -a options=(-us -uc)
  ((!unchecked)) || options+=(-d)
  if [[ $arch ]]; then options+=(-b "-a$arch" "-Pcross,nocheck"); else options+=(-F); fi
  (cd "$tree" && dpkg-buildpackage "${options[@]}")
  find "$work/source" -maxdepth 1 -type f -exec mv -t "$out" {} +
}

build_arch() {
  local file sha256
  local -a as_user=()
  mkdir "$work/arch"
  source_tarball "$work/arch/$name.tar.gz"
  sha256=$(sha256sum "$work/arch/$name.tar.gz" | cut -d' ' -f1)
  for file in PKGBUILD oxidalloc.install; do rendered "arch/$file" >"$work/arch/$file"; done
  if ((EUID == 0)); then # makepkg refuses to run as root
    chown -R nobody: "$work/arch"
    as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$work/arch")
  fi
  local -a options=(-f --noconfirm)
  ((!unchecked)) || options+=(--nodeps)
  if [[ $arch ]]; then
    cross_tools
    printf '%s\n' '. /etc/makepkg.conf' 'CARCH=aarch64 CHOST=aarch64-linux-gnu CFLAGS=-O2 CXXFLAGS=-O2' >"$work/arch/makepkg.conf"
    options+=(--config "$work/arch/makepkg.conf" --nocheck)
  fi
  (cd "$work/arch" && "${as_user[@]}" makepkg "${options[@]}")
  find "$work/arch" -maxdepth 1 -name '*.pkg.tar.*' -exec cp -t "$out" {} +
}

build_rpm() {
  local top=$work/rpm
  mkdir -p "$top/SOURCES" "$top/SPECS"
  source_tarball "$top/SOURCES/$name.tar.gz"
  rendered rpm/oxidalloc.spec >"$top/SPECS/oxidalloc.spec"
  local -a options=()
  ((!unchecked)) || options+=(--nodeps)
  if [[ $arch ]]; then
    cross_tools
    options+=(--target aarch64 --nocheck --define "__strip $work/tools/strip")
  fi
  rpmbuild -ba "${options[@]}" --define "_topdir $top" "$top/SPECS/oxidalloc.spec"
  find "$top/RPMS" "$top/SRPMS" -name '*.rpm' -exec mv -t "$out" {} +
}

case $1 in
  source) source_tarball "$out/$name.tar.gz" ;;
  deb) build_deb ;;
  arch) build_arch ;;
  rpm) build_rpm ;;
  *) usage >&2 && exit 2 ;;
esac
