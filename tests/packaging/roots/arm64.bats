# A Debian 12 root for 64-bit ARM, its programs run by qemu-user: the library's tests, and the package with its own dpkg.
# The suite `cross` has built both.

load helper

setup() {
  export TREE=$OX_WORK/build-aarch64
  [ -f "$TREE/done" ] || { echo "the suite cross comes first"; return 1; }
  fresh_root bookworm-arm64
  # The emulator has a table of all pages: seconds and gigabytes for the 512 GiB that the library would reserve.
  ulimit -v $((64 << 20))
}
teardown() { drop_root; }

@test "arm64: the suites about corner cases and C++ pass" {
  mkdir "$root/source" "$root/tree"
  mount --bind "$OX_SOURCE" "$root/source"
  mount --bind "$TREE" "$root/tree"
  [ "$(inside uname -m)" = aarch64 ]
  inside env OX_LIB=/tree/lib/liboxidalloc.so OX_PROGRAMS=/tree/tests OX_SOURCE=/source OX_BUILD=/tree RUN_SECONDS=600 \
    bats /source/tests/misuse/family.bats /source/tests/preload/cplusplus.bats
}

@test "arm64: the .deb installs, is enabled, reinstalled and purged: no trace, no failed start" {
  cp "$OX_WORK/arm64/oxidalloc_$OX_OLD-1_arm64.deb" "$root/packages/o.deb"
  snapshot >"$work/before"
  inside apt-get -qq -y install /packages/o.deb
  expect_off
  inside oxidalloc-enable --verbose
  expect_on
  start_executing
  inside dpkg -i /packages/o.deb
  expect_on
  inside dpkg --purge oxidalloc
  expect_off
  executions_were_clean 20
  diff "$work/before" <(snapshot)
}
