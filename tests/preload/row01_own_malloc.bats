# Row 1. A program that exports an allocator of its own comes before the library in symbol look-up. The
# library then serves nobody, and what it builds on malloc and free goes through those names to the
# program's. Certain: the program's free ends it at the first pointer that is not its own.
load rows

setup_file() {
  build row01_own.cpp partial -rdynamic
  build row01_own.cpp partial_fixed -rdynamic -no-pie
  build row01_own.cpp forwards -rdynamic -DOWN_FORWARDS
  build row01_own.cpp whole -rdynamic -DOWN_ALIGNED
  build row01_own.cpp whole_static_runtime -rdynamic -DOWN_ALIGNED -static-libstdc++ -static-libgcc
  build_object row01_library.c librow01.so
  build row01_linked.c linked -L"$BATS_FILE_TMPDIR" -lrow01 "-Wl,-rpath,\$ORIGIN"
}

@test "row 1: a program with malloc, calloc, realloc and free of its own" { passes partial; }
@test "row 1: the same at a fixed address, where the address of malloc tells nothing" { passes partial_fixed; }
@test "row 1: a program that hands what it does not know to libc by __libc_free" { passes forwards; }
@test "row 1: a program with the whole family of its own" { passes whole; }
@test "row 1: the same with the C++ runtime linked in" { passes whole_static_runtime; }

@test "row 1: an allocator in a library that the program links stands behind ours" { passes linked; }

@test "row 1: passive, the library reserves no memory" {
  require strace
  for program in partial linked; do
    timeout "${RUN_SECONDS:-60}" strace -qq -e trace=mmap -o "$BATS_TEST_TMPDIR/$program" -E LD_PRELOAD="$OX_LIB" "$BATS_FILE_TMPDIR/$program"
  done
  run grep -c 'PROT_NONE, .*MAP_NORESERVE' "$BATS_TEST_TMPDIR/partial"
  [ "$output" = 0 ]
  # The same look finds it where the library serves.
  grep -q 'PROT_NONE, .*MAP_NORESERVE' "$BATS_TEST_TMPDIR/linked"
}

@test "row 1: not exported: what libc builds on malloc itself" {
  for name in strdup strndup realpath getline asprintf; do
    run bash -c "nm -D --defined-only '$OX_LIB' | grep -w $name"
    [ -z "$output" ]
  done
}
