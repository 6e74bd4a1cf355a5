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

# from_install_to_removal INSTALL REINSTALL REMOVE: commands
from_install_to_removal() {
  snapshot >"$work/before"
  eval "$1"
  expect_off
  inside oxidalloc-enable
  expect_on
  start_executing
  eval "$2"
  expect_on
  eval "$3"
  expect_off
  executions_were_clean 20
  diff "$work/before" <(snapshot)
}

@test "cpack: the .deb installs, reinstalls, and leaves no trace" {
  cp "$TREE"/oxidalloc_*.deb "$root/packages/o.deb"
  from_install_to_removal 'inside dpkg -i /packages/o.deb >/dev/null' 'inside dpkg -i /packages/o.deb >/dev/null' \
    'inside dpkg --purge oxidalloc >/dev/null'
  dpkg-deb -c "$TREE"/oxidalloc-dev_*.deb | grep -q usr/include/oxidalloc.h
}

@test "cpack: the .rpm installs, reinstalls, and leaves no trace" {
  cp "$TREE"/oxidalloc-[0-9]*.rpm "$root/packages/o.rpm"
  # shellcheck disable=SC2016 # eval expands it
  from_install_to_removal 'rpm --root "$root" --force-debian --nodeps --define "_dbpath /var/lib/rpm" -i "$root/packages/o.rpm"' \
    'rpm --root "$root" --force-debian --nodeps --define "_dbpath /var/lib/rpm" -U --replacepkgs "$root/packages/o.rpm"' \
    'rpm --root "$root" --force-debian --nodeps --define "_dbpath /var/lib/rpm" -e oxidalloc'
  rpm -qlp "$TREE"/oxidalloc-devel-*.rpm | grep -q /usr/include/oxidalloc.h
}
