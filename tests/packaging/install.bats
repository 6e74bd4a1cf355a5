# What `cmake --install` puts where, and that programs build against it.

setup() {
  [ -x "$OX_BUILD/bin/oxidalloc" ] || skip "the tools are not built"
}

setup_file() {
  [ -x "$OX_BUILD/bin/oxidalloc" ] || return 0
  cd "$BATS_FILE_TMPDIR" || return 1
  DESTDIR=$PWD/run cmake --install "$OX_BUILD" --prefix /usr --component oxidalloc >/dev/null
  cmake --install "$OX_BUILD" --prefix "$PWD/usr" --component oxidalloc >/dev/null
  cmake --install "$OX_BUILD" --prefix "$PWD/usr" --component dev >/dev/null
}

@test "the installed tools start, and each has its manual page and its completions" {
  cd "$BATS_FILE_TMPDIR/run/usr"
  for tool in oxidalloc sbin/../sbin/oxidalloc-enable; do [ -x "sbin/${tool##*/}" ]; done
  for tool in sbin/oxidalloc-* bin/oxidalloc-*; do
    "$tool" --version
    name=${tool##*/}
    compgen -G "share/man/man[18]/$name.[18]"
    [ -f "share/bash-completion/completions/$name" ]
    [ -f "share/fish/vendor_completions.d/$name.fish" ]
  done
}

@test "no installed file is writable by others, and none stands outside the two components" {
  cd "$BATS_FILE_TMPDIR" || return 1
  [ -z "$(find usr ! -type l -perm /022)" ]
  cmake --install "$OX_BUILD" --prefix "$PWD/all" >/dev/null
  diff <(cd all && find . | sort) <(cd usr && find . | sort)
}

@test "the units' programs are installed where the units look" {
  cd "$BATS_FILE_TMPDIR/run"
  while read -r program; do [ -x ".$program" ]; done < <(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' usr/lib/systemd/system/*)
}

@test "pkg-config: a program links, runs on the library, and its figures are right" {
  command -v pkg-config >/dev/null || { [ "${CI:-}" != true ] && skip "no pkg-config"; }
  cd "$BATS_TEST_TMPDIR"
  pc=$(find "$OX_BUILD" -maxdepth 1 -name oxidalloc.pc)
  sed "s|^prefix=.*|prefix=$BATS_FILE_TMPDIR/usr|" "$pc" >oxidalloc.pc
  # shellcheck disable=SC2046 # several words are meant
  cc -O1 "$OX_SOURCE/tests/packaging/figures.c" $(PKG_CONFIG_PATH=. pkg-config --cflags --libs oxidalloc) -o p
  LD_LIBRARY_PATH=$(dirname "$(find "$BATS_FILE_TMPDIR/usr" -name liboxidalloc.so)") ./p
  readelf -d p | grep -q 'NEEDED.*liboxidalloc.so'
  [ "$(PKG_CONFIG_PATH=. pkg-config --modversion oxidalloc)" = "$("$OX_BUILD/bin/oxidalloc" --version | cut -d' ' -f2)" ]
}

@test "find_package(oxidalloc): a program links and runs on the library; another major version is refused" {
  cd "$BATS_TEST_TMPDIR"
  cp "$OX_SOURCE/tests/packaging/figures.c" p.c
  cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(p C)
find_package(oxidalloc ${WANTED} REQUIRED)
add_executable(p p.c)
target_link_libraries(p PRIVATE oxidalloc::oxidalloc)
CMAKE
  cmake -S . -B b -G Ninja -DCMAKE_PREFIX_PATH="$BATS_FILE_TMPDIR/usr" -DWANTED=0.1 >/dev/null
  cmake --build b >/dev/null
  b/p
  readelf -d b/p | grep -q 'NEEDED.*liboxidalloc.so'
  run cmake -S . -B b2 -G Ninja -DCMAKE_PREFIX_PATH="$BATS_FILE_TMPDIR/usr" -DWANTED=99
  [ "$status" -ne 0 ]
}
