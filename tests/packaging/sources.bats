# What packages are made from, looked at without making one.

setup() { cd "$OX_SOURCE/packaging" || return 1; }

@test "the scripts that packages run, and PKGBUILD, are clean under shellcheck" {
  shellcheck arch/PKGBUILD arch/oxidalloc.install deb/oxidalloc.p* deb/tests/serves deb/tests/enable-and-disable \
    completions/oxidalloc.bash
}

@test "systemd finds nothing to say about the units" {
  command -v systemd-analyze >/dev/null || skip "no systemd"
  root=$BATS_TEST_TMPDIR/root
  mkdir -p "$root/usr/lib/systemd/system" "$root/usr/sbin"
  cp systemd/*.service "$root/usr/lib/systemd/system/"
  cp /bin/true "$root/usr/sbin/oxidalloc"
  run systemd-analyze verify --man=no --root="$root" oxidalloc.service oxidalloc-count.service oxidalloc-complete.service
  echo "$output"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "at boot, systemd-tmpfiles removes what a killed enabling left, and nothing else" {
  command -v systemd-tmpfiles >/dev/null || skip "no systemd"
  root=$BATS_TEST_TMPDIR/root
  mkdir -p "$root/etc" "$root/usr/lib/tmpfiles.d"
  cp tmpfiles/oxidalloc.conf "$root/usr/lib/tmpfiles.d/"
  touch "$root/etc/.ld.so.preload.oxidalloc-new" "$root/etc/ld.so.preload"
  systemd-tmpfiles --root="$root" --remove oxidalloc.conf
  [ -e "$root/etc/.ld.so.preload.oxidalloc-new" ]
  systemd-tmpfiles --root="$root" --remove --boot oxidalloc.conf
  [ "$(ls -A "$root/etc")" = ld.so.preload ]
}

@test "the version stands in CMakeLists.txt alone" {
  version=$(sed -n 's/^project(oxidalloc VERSION \([0-9.]*\).*/\1/p' ../CMakeLists.txt)
  [ -n "$version" ]
  run grep -rnF "$version" deb arch rpm cmake pkgconfig ../cmake
  echo "$output"
  [ "$status" -eq 1 ]
}
