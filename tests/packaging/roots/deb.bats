# The .deb in a Debian 12 root, with its own apt and dpkg.

bats_require_minimum_version 1.5.0
load helper

setup() {
  fresh_root
  cp "$OX_WORK"/deb/*/oxidalloc_*.deb "$root/packages/"
}
teardown() { drop_root; }

old() { echo "/packages/oxidalloc_$OX_OLD-1_amd64.deb"; }
new() { echo "/packages/oxidalloc_$OX_NEW-1_amd64.deb"; }

# Quietly when all is well; the outcome is dpkg's.
dpkg_i() { inside dpkg --force-confold -i "$1" >"$work/dpkg.log" 2>&1 || { cat "$work/dpkg.log"; return 1; }; }
apt() { inside apt-get -qq -y -o Dpkg::Use-Pty=0 "$@" >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; return 1; }; }

put() { apt install --reinstall --allow-downgrades "$1"; }

# next N: the N-th of more upgrades, the two packages in turn, by another version number.
next() {
  local of version=1.0.$1
  if (($1 % 2)); then of=$(new); else of=$(old); fi
  rm -rf "$work/repack"
  dpkg-deb -R "$root$of" "$work/repack"
  sed -i "s/^Version: .*/Version: $version/" "$work/repack/DEBIAN/control"
  dpkg-deb -Zgzip -z1 -b "$work/repack" "$root/packages/next.deb" >/dev/null
  echo /packages/next.deb
}

lifecycle() {
  lives "$@"
  inside oxidalloc-denylist add /usr/bin/example --reason "of the administrator"
  apt remove oxidalloc
  expect_off
  [ -f "$root/etc/oxidalloc/denylist.d/50-local.conf" ] # configuration stays until a purge
  [ -z "$(find "$root/usr" -name '*oxidalloc*')" ]
  apt purge oxidalloc
  executions_were_clean 500
  diff "$work/before" <(snapshot)
}

@test "deb: install, enable, upgrade, downgrade, 50 upgrades, disable, remove, purge: no trace, no failed start" {
  lifecycle direct 50
}

@test "deb: the same in boot-safe mode, with fewer upgrades" {
  lifecycle boot-safe 4
}

@test "the executing loop notices a copy that is written in place" {
  apt install "$(old)"
  inside oxidalloc-enable
  start_executing
  sleep 1
  cp "$(live_copy)" "$work/library"
  truncate -s 9000 "$(live_copy)"
  sleep 1
  cat "$work/library" >"$(live_copy)"
  run executions_were_clean 5
  [ "$status" -ne 0 ]
  [[ "$output" == *failed:* ]]
}

@test "deb: purged while enabled, it is disabled first, and no trace is left" {
  snapshot >"$work/before"
  apt install "$(old)"
  inside oxidalloc-enable
  expect_on
  start_executing
  apt purge oxidalloc
  expect_off
  executions_were_clean 5
  programs_start
  diff "$work/before" <(snapshot)
}

@test "deb: where it cannot be disabled, it is not removed" {
  apt install "$(old)"
  inside oxidalloc-enable
  chattr +i "$root/etc/ld.so.preload" 2>/dev/null || skip "no chattr on this file system"
  run inside dpkg -r oxidalloc
  chattr -i "$root/etc/ld.so.preload"
  [ "$status" -ne 0 ]
  [ -x "$root/usr/sbin/oxidalloc" ]
  programs_start
  inside dpkg --configure -a
  expect_on
}

dpkg_killed_at() { killed_at "$1" env -i PATH="$PATH" chroot "$root" dpkg "${@:2}"; }

@test "deb: killed anywhere in an upgrade: programs start, and dpkg repairs it" {
  apt install "$(old)"
  inside oxidalloc-enable
  measure dpkg_i "$(new)"
  local percent
  for percent in 95 5 85 15 75 25 65 35 55 45 40 30; do
    dpkg_i "$(old)"
    dpkg_killed_at "$percent" -i "$(new)"
    programs_start
    serving
    inside dpkg --configure -a >/dev/null 2>&1 || true
    dpkg_i "$(new)"
    expect_on
    expect_version "$OX_NEW"
  done
  enough_kills 6
}

@test "deb: killed anywhere in a removal: programs start, and dpkg removes it then" {
  snapshot >"$work/before"
  dpkg_i "$(old)"
  inside oxidalloc-enable
  measure inside dpkg --purge oxidalloc
  local percent
  for percent in 90 10 75 25 60 40 50 30; do
    dpkg_i "$(old)"
    inside oxidalloc-enable
    dpkg_killed_at "$percent" --purge oxidalloc
    programs_start
    inside dpkg --configure -a >/dev/null 2>&1 || true
    programs_start
    inside dpkg --purge oxidalloc >/dev/null 2>&1 || inside dpkg --purge oxidalloc
    expect_off
    diff "$work/before" <(snapshot)
  done
  enough_kills 4
}

@test "deb: another libc: the library is tried again, and disabled if it fails" {
  (cd "$root/packages" && apt-get -qq download libc6) || skip "no libc6 to be had"
  apt install "$(old)"
  inside oxidalloc-enable
  dpkg_i "/packages/$(basename "$root"/packages/libc6_*.deb)"
  grep -q "triggers for oxidalloc" "$work/dpkg.log"
  expect_on

  truncate -s 9000 "$(master)" # a library that this libc cannot run
  dpkg_i "/packages/$(basename "$root"/packages/libc6_*.deb)"
  cat "$work/dpkg.log"
  grep -q "oxidalloc: disabled: " "$work/dpkg.log"
  expect_off
  programs_start
  [ "$(inside dpkg-query -W -f '${db:Status-Status}' oxidalloc)" = installed ]
}

@test "deb: lintian finds nothing" {
  local version
  for version in "$OX_OLD" "$OX_NEW"; do
    run -0 lintian --allow-root -L '>=pedantic' --fail-on error,warning,info,pedantic --tag-display-limit 0 \
      "$OX_WORK/deb/$version"/*.changes
    [ -z "$output" ]
  done
}

@test "deb: its own test of a running system passes" {
  apt install "$(old)"
  cp "$OX_SOURCE/packaging/deb/tests/enable-and-disable" "$root/packages/"
  inside sh /packages/enable-and-disable
}

@test "deb: debug symbols of the library, the tools and the self-test are in a package of their own" {
  mkdir "$work/dbg"
  dpkg-deb -x "$OX_WORK/deb/$OX_OLD/oxidalloc-dbgsym_$OX_OLD-1_amd64.deb" "$work/dbg"
  [ "$(find "$work/dbg" -name '*.debug' | wc -l)" -ge 3 ]
}

@test "deb: the -dev package is enough to build with" {
  cp "$OX_WORK/deb/$OX_OLD"/oxidalloc-dev_*.deb "$root/packages/"
  dpkg_i "$(old)"
  inside dpkg -i "/packages/oxidalloc-dev_$OX_OLD-1_amd64.deb"
  local pc=$root/usr/lib/x86_64-linux-gnu/pkgconfig/oxidalloc.pc
  # shellcheck disable=SC2046 # words
  cc "$OX_SOURCE/tests/packaging/figures.c" $(PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
    PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 pkg-config --cflags --libs oxidalloc) -o "$root/packages/p"
  inside /packages/p
}
