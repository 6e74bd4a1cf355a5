# The Arch package with pacman itself, in a Debian 12 root: scriptlets and hooks run inside it.

bats_require_minimum_version 1.5.0
load helper

setup() {
  fresh_root
  mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg"
  cp "$OX_WORK"/arch/*/oxidalloc-[0-9]*.pkg.tar.* "$root/packages/"
  # The root's packages are Debian's: pacman knows of none, hence -dd.
  pacman_=(pacman --root "$root" --dbpath "$root/var/lib/pacman" --cachedir "$root/var/cache/pacman/pkg"
    --logfile "$root/var/log/pacman.log" --noconfirm)
}
teardown() { drop_root; }

old() { echo "$root"/packages/oxidalloc-"$OX_OLD"-1-*; }
new() { echo "$root"/packages/oxidalloc-"$OX_NEW"-1-*; }
pacman_do() { "${pacman_[@]}" "$@" >"$work/pacman.log" 2>&1 || { cat "$work/pacman.log"; return 1; }; }

put() { pacman_do -U -dd "$1"; }

# next N: the N-th of more upgrades, the two packages in turn, by another version number.
next() {
  local of version=1.0.$1
  if (($1 % 2)); then of=$(new); else of=$(old); fi
  rm -rf "$work/repack"
  mkdir "$work/repack"
  bsdtar -x -C "$work/repack" -f "$of"
  sed -i "s/^pkgver = .*/pkgver = $version-1/" "$work/repack/.PKGINFO"
  (cd "$work/repack" && bsdtar -c -z -f "$work/next.pkg.tar.gz" .PKGINFO .INSTALL .MTREE .BUILDINFO usr)
  echo "$work/next.pkg.tar.gz"
}

lifecycle() {
  lives "$@"
  pacman_do -R -dd oxidalloc
  executions_were_clean 200
  diff "$work/before" <(snapshot)
}

@test "arch: install, enable, upgrade, downgrade, 50 upgrades, disable, remove: no trace, no failed start" {
  lifecycle direct 50
}

@test "arch: the same in boot-safe mode, with fewer upgrades" {
  lifecycle boot-safe 4
}

@test "arch: removed while enabled, it is disabled first; a local denylist stays" {
  snapshot >"$work/before"
  put "$(old)"
  inside oxidalloc-enable
  inside oxidalloc-denylist add /usr/bin/example
  expect_on
  start_executing
  pacman_do -R -dd oxidalloc
  expect_off
  executions_were_clean 5
  programs_start
  [ "$(cd "$root/etc/oxidalloc" && find . -type f)" = ./denylist.d/50-local.conf ]
  rm -r "$root/etc/oxidalloc"
  diff "$work/before" <(snapshot)
}

@test "arch: where it cannot be disabled, the copy that programs load stays" {
  put "$(old)"
  inside oxidalloc-enable --mode direct
  chattr +i "$root/etc/ld.so.preload" 2>/dev/null || skip "no chattr on this file system"
  "${pacman_[@]}" -R -dd oxidalloc >"$work/pacman.log" 2>&1 || true
  chattr -i "$root/etc/ld.so.preload"
  grep -q "could not be disabled" "$work/pacman.log"
  programs_start
  serving
}

# What pacman's manual asks of the administrator after a crash: the lock, and an entry that was begun, go.
repair_books() {
  local entry
  rm -f "$root/var/lib/pacman/db.lck"
  for entry in "$root"/var/lib/pacman/local/oxidalloc-*; do
    [ -s "$entry/desc" ] && [ -s "$entry/files" ] || rm -rf "$entry"
  done
}

@test "arch: killed anywhere in an upgrade: programs start, and pacman repairs it" {
  put "$(old)"
  inside oxidalloc-enable
  measure put "$(new)"
  local percent
  for percent in 95 5 85 15 75 25 65 35 55 45 40 30; do
    put "$(old)"
    killed_at "$percent" "${pacman_[@]}" -U -dd "$(new)"
    programs_start
    serving
    repair_books
    pacman_do -U -dd --overwrite '*' "$(new)"
    expect_on
    expect_version "$OX_NEW"
  done
  enough_kills 6
}

@test "arch: killed anywhere in a removal: programs start, and pacman removes it then" {
  snapshot >"$work/before"
  put "$(old)"
  inside oxidalloc-enable
  measure pacman_do -R -dd oxidalloc
  local percent
  for percent in 90 10 75 25 60 40 50 30; do
    put "$(old)"
    inside oxidalloc-enable
    killed_at "$percent" "${pacman_[@]}" -R -dd oxidalloc
    programs_start
    repair_books
    pacman_do -U -dd --overwrite '*' "$(old)"
    pacman_do -R -dd oxidalloc
    expect_off
    diff "$work/before" <(snapshot)
  done
  enough_kills 4
}

@test "arch: another libc: the library is tried again, and disabled if it fails" {
  put "$(old)"
  inside oxidalloc-enable
  mkdir "$work/glibc"
  printf 'pkgname = glibc\npkgver = 99-1\npkgdesc = stands for another libc\narch = any\nsize = 0\n' >"$work/glibc/.PKGINFO"
  mkdir -p "$work/glibc/usr/share/glibc-stand-in"
  (cd "$work/glibc" && bsdtar -c -z -f "$root/packages/glibc.pkg.tar.gz" .PKGINFO usr)
  pacman_do -U -dd "$root/packages/glibc.pkg.tar.gz"
  grep -q "Trying Oxidalloc" "$work/pacman.log"
  expect_on
  truncate -s 9000 "$(master)"
  pacman_do -U -dd "$root/packages/glibc.pkg.tar.gz" || true # a hook's failure is pacman's
  grep -q "oxidalloc: disabled: " "$work/pacman.log"
  expect_off
  programs_start
}

@test "arch: PKGBUILD and .install are clean under shellcheck; symbols and header have packages of their own" {
  shellcheck "$OX_SOURCE/packaging/arch/PKGBUILD" "$OX_SOURCE/packaging/arch/oxidalloc.install"
  if command -v namcap >/dev/null; then namcap "$OX_SOURCE/packaging/arch/PKGBUILD"; fi
  bsdtar -tf "$OX_WORK/arch/$OX_OLD/oxidalloc-devel-$OX_OLD-"*.pkg.tar.* | grep -q usr/include/oxidalloc.h
  bsdtar -tf "$OX_WORK/arch/$OX_OLD/oxidalloc-debug-$OX_OLD-"*.pkg.tar.* | grep -q liboxidalloc.so.debug
}
