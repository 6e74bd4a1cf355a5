# The library builds, depends on libc alone, and serves, with the flags that Fedora and Arch build packages with.

fedora="-O2 -fexceptions -Wall -Werror=format-security -Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3
  -Wp,-D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fasynchronous-unwind-tables -fstack-clash-protection
  -fno-omit-frame-pointer"
arch="-O2 -pipe -fno-plt -fexceptions -Wp,-D_FORTIFY_SOURCE=3 -Wformat -Werror=format-security
  -fstack-clash-protection -fno-omit-frame-pointer -Wp,-D_GLIBCXX_ASSERTIONS"

# built FLAGS LINKER_FLAGS
# Sources are compiled several as one: the flags are what is looked at here, and headers take most of the time.
built() {
  cmake -S "$OX_SOURCE" -B "$BATS_TEST_TMPDIR/b" -G Ninja -DCMAKE_BUILD_TYPE=Release -DOXIDALLOC_BUILD_TESTS=OFF \
    -DOXIDALLOC_BUILD_BENCH=OFF -DCMAKE_UNITY_BUILD=ON -DCMAKE_C_FLAGS_RELEASE=-DNDEBUG -DCMAKE_CXX_FLAGS_RELEASE=-DNDEBUG \
    -DCMAKE_C_FLAGS="${1//$'\n'/ }" -DCMAKE_CXX_FLAGS="${1//$'\n'/ }" \
    -DCMAKE_SHARED_LINKER_FLAGS="$2"
  cmake --build "$BATS_TEST_TMPDIR/b" --target oxidalloc
  library=$BATS_TEST_TMPDIR/b/lib/liboxidalloc.so
  [ "$(readelf -dW "$library" | grep -c NEEDED)" -eq 1 ]
  LD_PRELOAD=$library /bin/sh -c '(echo fine) | cat'
}

@test "Fedora's flags" {
  built "$fedora" "-Wl,-z,relro -Wl,--as-needed -Wl,-z,now -Wl,--build-id=sha1"
}

@test "Arch's flags" {
  built "$arch" "-Wl,-O1 -Wl,--sort-common -Wl,--as-needed -Wl,-z,relro -Wl,-z,now -Wl,-z,pack-relative-relocs"
}
