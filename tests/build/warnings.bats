# A Release build with either compiler warns about nothing (-Wall -Wextra -Wconversion -Wshadow) and
# yields the library. tests/ are left out: they are ordinary programs, built by this very run.

build_with() {
  cmake -S "$OX_SOURCE" -B "$BATS_TEST_TMPDIR/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER="$1" -DCMAKE_CXX_COMPILER="$2" \
    -DOXIDALLOC_BUILD_TESTS=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
  cmake --build "$BATS_TEST_TMPDIR/build" -j2
  [ -f "$BATS_TEST_TMPDIR/build/lib/liboxidalloc.so" ]
}

@test "g++ warns about nothing" { build_with gcc g++; }

@test "clang++ warns about nothing, and its library runs a program" {
  build_with clang clang++
  LD_PRELOAD=$BATS_TEST_TMPDIR/build/lib/liboxidalloc.so ls / >/dev/null
}
