# cpack -G DEB and -G RPM from a build tree: packages that install, with the same scripts at work.

load helper

setup_file() {
  export TREE=$OX_WORK/build-cpack
  [ -f "$TREE/done" ] && return
  cmake -S "$OX_SOURCE" -B "$TREE" -G Ninja -DCMAKE_INSTALL_PREFIX=/usr -DOXIDALLOC_BUILD_TESTS=OFF \
    -DOXIDALLOC_BUILD_BENCH=OFF
  cmake --build "$TREE"
  (cd "$TREE" && cpack -G DEB && cpack -G RPM)
  touch "$TREE/done"
}
setup() { fresh_root; }
teardown() { drop_root; }

# With put and drop as the test defines them.
from_install_to_removal() {
  snapshot >"$work/before"
  put
  expect_off
  inside oxidalloc-enable
  expect_on
  start_executing
  put
  expect_on
  drop
  expect_off
  executions_were_clean 20
  diff "$work/before" <(snapshot)
}

@test "cpack: the .deb installs, reinstalls, and leaves no trace" {
  cp "$TREE"/oxidalloc_*.deb "$root/packages/o.deb"
  put() { inside dpkg -i /packages/o.deb >/dev/null; }
  drop() { inside dpkg --purge oxidalloc >/dev/null; }
  from_install_to_removal
  dpkg-deb -c "$TREE"/oxidalloc-dev_*.deb | grep -q usr/include/oxidalloc.h
}

@test "cpack: the .rpm installs, reinstalls, and leaves no trace" {
  cp "$TREE"/oxidalloc-[0-9]*.rpm "$root/packages/o.rpm"
  use_rpm
  put() { rpm_do -U --replacepkgs "$root/packages/o.rpm"; }
  drop() { rpm_do -e oxidalloc; }
  from_install_to_removal
  rpm -qlp "$TREE"/oxidalloc-devel-*.rpm | grep -q /usr/include/oxidalloc.h
}
