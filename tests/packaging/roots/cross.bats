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
  # One size class stands for all (a number at the end). What the emulator decides is left out: it has memory and limits of its
  # own, and adds a line to an abort's. Nor does it bear 512 GiB: it has a table of all pages; and where address space is
  # limited, freed spans are not closed.
  local but='/([1-9]|[1-9][0-9])$|Memory.ReservingCostsNoMemory|RegionTest.L|/Report\.|OutOfMemory.EverythingRefused|SpanHeap.(ALarge.*Closed|FewClosed|SpansThatRest)'
  cc -O1 "$OX_SOURCE/tests/packaging/roots/without_dontunmap.c" -o "$BATS_TEST_TMPDIR/without_dontunmap"
  ulimit -v $((64 << 20))
  # Tests start themselves as fresh processes.
  "$OX_SOURCE/scripts/lib/aarch64.sh" env QEMU_LD_PREFIX=/usr/aarch64-linux-gnu "$BATS_TEST_TMPDIR/without_dontunmap" \
    ctest --test-dir "$TREE" -L unit -E "$but" -j2 --output-on-failure >"$BATS_TEST_TMPDIR/log" || { cat "$BATS_TEST_TMPDIR/log"; return 1; }
  echo "# $(grep 'tests passed' "$BATS_TEST_TMPDIR/log")" >&3
}

@test "aarch64: the self-test passes on the library, and it is the library that serves it" {
  on_library "$TREE/bin/oxidalloc-selftest"
  readelf -hW "$TREE/lib/liboxidalloc.so" | grep -q AArch64
  [ "$(readelf -dW "$TREE/lib/liboxidalloc.so" | grep -c NEEDED)" -eq 1 ]
}

# growth RUNNER: KiB by which 3000 threads in turn made the process grow.
growth() {
  local status=0
  "$1" ./tls_destructors >"$BATS_TEST_TMPDIR/out" || status=$?
  [ "$status" -le 1 ] || return # 1: too much by the program's own measure
  awk '/^resident:/ {print $10 - $2}' "$BATS_TEST_TMPDIR/out"
}

@test "aarch64: the preload suites' programs run on the library: threads, forks, C++" {
  cd "$TREE/tests"
  on_library ./producer_consumer
  # The emulator itself loses memory with each thread that ends, and the program sees both as one: what counts is what
  # the library adds.
  local without with
  without=$(growth qemu)
  with=$(growth on_library)
  echo "KiB: without $without, with $with"
  [ "$with" -le $((without + 36000)) ]
  on_library ./fork_load 50
  on_library ./operator_new
}

@test "aarch64: the tools run" {
  qemu "$TREE/bin/oxidalloc" --version
  qemu "$TREE/bin/oxidalloc" status --help
}

# cross_built KIND PATTERN LIST...: the package's name in $built; its files, as the command LIST has them, in $work/files.
cross_built() {
  local kind=$1 pattern=$2
  shift 2
  "$OX_SOURCE/scripts/package.sh" -a arm64 -v "$OX_OLD" -w "$OX_WORK/build-arm64" -o "$OX_WORK/arm64" "$kind" \
    >"$OX_WORK/arm64.log" 2>&1 || { tail -20 "$OX_WORK/arm64.log"; return 1; }
  # shellcheck disable=SC2206 # a pattern
  built=("$OX_WORK"/arm64/$pattern)
  "$@" "${built[0]}" >"$BATS_TEST_TMPDIR/files"
  ! grep stub32 "$BATS_TEST_TMPDIR/files"
}

# of_aarch64 FILE: what stands in it is for that processor.
of_aarch64() { readelf -hW "$1" | grep -q 'Machine:.*AArch64'; }

@test "aarch64: the .debs cross-build" {
  cross_built deb "oxidalloc_$OX_OLD-1_arm64.deb" dpkg-deb -c
  grep -q /usr/lib/aarch64-linux-gnu/liboxidalloc.so "$BATS_TEST_TMPDIR/files"
  [ "$(dpkg-deb -f "${built[0]}" Architecture)" = arm64 ]
  dpkg-deb -x "${built[0]}" "$BATS_TEST_TMPDIR/x"
  of_aarch64 "$BATS_TEST_TMPDIR/x/usr/sbin/oxidalloc"
}

@test "aarch64: the rpms cross-build" {
  cross_built rpm "oxidalloc-$OX_OLD-1*.aarch64.rpm" rpm -qlp
  grep -q /usr/lib64/liboxidalloc.so "$BATS_TEST_TMPDIR/files"
  rpm2cpio "${built[0]}" | cpio -idm --quiet -D "$BATS_TEST_TMPDIR"
  of_aarch64 "$BATS_TEST_TMPDIR/usr/sbin/oxidalloc"
}

@test "aarch64: the Arch packages cross-build" {
  cross_built arch "oxidalloc-$OX_OLD-1-aarch64.pkg.tar.*" bsdtar -tf
  grep -q usr/lib/liboxidalloc.so "$BATS_TEST_TMPDIR/files"
  bsdtar -x -C "$BATS_TEST_TMPDIR" -f "${built[0]}"
  of_aarch64 "$BATS_TEST_TMPDIR/usr/bin/oxidalloc"
}
