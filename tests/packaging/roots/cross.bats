# 64-bit ARM: the packages cross-build; unit tests and the library itself run under qemu-user.

load helper

setup_file() {
  export TREE=$OX_WORK/build-aarch64
  command -v aarch64-linux-gnu-g++ >/dev/null
  command -v qemu-aarch64-static >/dev/null
  [ ! -f "$TREE/done" ] || return 0
  local toolchain=$OX_SOURCE/cmake/toolchains/aarch64-linux-gnu.cmake
  # GoogleTest for that processor, from the sources that libgtest-dev brings.
  cmake -S /usr/src/googletest -B "$OX_WORK/build-gtest" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DBUILD_GMOCK=OFF
  cmake --build "$OX_WORK/build-gtest"
  DESTDIR='' cmake --install "$OX_WORK/build-gtest" --prefix "$OX_WORK/gtest"
  cmake -S "$OX_SOURCE" -B "$TREE" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DOXIDALLOC_BUILD_BENCH=OFF \
    -DOXIDALLOC_REQUIRE_TESTS=ON -DGTest_DIR="$OX_WORK/gtest/lib/cmake/GTest" -DCMAKE_BUILD_TYPE=Release
  cmake --build "$TREE"
  touch "$TREE/done"
}

qemu() { qemu-aarch64-static -L /usr/aarch64-linux-gnu "$@"; }
on_library() { qemu -E LD_PRELOAD="$TREE/lib/liboxidalloc.so" "$@"; }

@test "aarch64: the unit tests pass under qemu-user" {
  ctest --test-dir "$TREE" -L unit -j2 --output-on-failure
}

@test "aarch64: the self-test passes on the library, and it is the library that serves it" {
  on_library "$TREE/bin/oxidalloc-selftest"
  readelf -hW "$TREE/lib/liboxidalloc.so" | grep -q AArch64
  [ "$(readelf -dW "$TREE/lib/liboxidalloc.so" | grep -c NEEDED)" -eq 1 ]
}

@test "aarch64: the preload suites' programs run on the library: threads, forks, C++" {
  cd "$TREE/tests"
  on_library ./thread_churn 2000
  on_library ./producer_consumer
  on_library ./tls_destructors
  on_library ./fork_load 50
  on_library ./operator_new
}

@test "aarch64: the tools run" {
  qemu "$TREE/bin/oxidalloc" --version
  qemu "$TREE/bin/oxidalloc" status --help
}

@test "aarch64: the .debs cross-build" {
  "$OX_SOURCE/scripts/package.sh" -a arm64 -v "$OX_OLD" -o "$OX_WORK/deb-arm64" deb >"$OX_WORK/arm64.log" 2>&1 ||
    { tail -20 "$OX_WORK/arm64.log"; return 1; }
  local deb=$OX_WORK/deb-arm64/oxidalloc_$OX_OLD-1_arm64.deb
  [ "$(dpkg-deb -f "$deb" Architecture)" = arm64 ]
  dpkg-deb -c "$deb" | grep -q /usr/lib/aarch64-linux-gnu/liboxidalloc.so
  ! dpkg-deb -c "$deb" | grep -q stub32
}
