# A Release build with either compiler warns about nothing (-Wall -Wextra -Wconversion -Wshadow) and
# yields the library. tests/ are left out: they are ordinary programs, built by this very run.

# Without debug information, which takes a third of the time and warns of nothing.
build_with() {
  cmake -S "$OX_SOURCE" -B "$BATS_TEST_TMPDIR/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER="$1" -DCMAKE_CXX_COMPILER="$2" -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG" \
    -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DOXIDALLOC_BUILD_TESTS=OFF -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
  cmake --build "$BATS_TEST_TMPDIR/build" -j2
  [ -f "$BATS_TEST_TMPDIR/build/lib/liboxidalloc.so" ]
}

# What CI builds first is such a build already.
is_proven_by_this_build() {
  local cache=$OX_BUILD/CMakeCache.txt
  grep -q '^CMAKE_COMPILE_WARNING_AS_ERROR:.*=ON$' "$cache" &&
    [ "$(sed -n 's/^CMAKE_CXX_COMPILER:[^=]*=//p' "$cache" | xargs realpath)" = "$(realpath "$(command -v g++)")" ]
}

@test "g++ warns about nothing" { is_proven_by_this_build || build_with gcc g++; }

@test "clang++ warns about nothing, and its library runs a program" {
  build_with clang clang++
  LD_PRELOAD=$BATS_TEST_TMPDIR/build/lib/liboxidalloc.so ls / >/dev/null
}
