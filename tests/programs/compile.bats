# g++ on the library: the assembler output of a large STL file is libc's, byte for byte, and the
# program assembled and linked from it prints the same on both. Certain because the compiler's
# output does not depend on where its data lie: a difference is a corrupted compiler.

load helper

@test "g++: the assembler output of a large STL file is equal, and runs" {
  require g++
  on_both compile g++ -wrapper "bash,$programs/compile_watch.sh" -std=c++20 -O1 -S -o - "$programs/compile_stl.cpp"
  agrees compile g++ cc1plus
  served compile
  [ "$(wc -l <"$BATS_TEST_TMPDIR/compile.ox/out")" -gt 50000 ]

  cp "$BATS_TEST_TMPDIR/compile.ox/out" "$BATS_TEST_TMPDIR/stl.s"
  on_ox link g++ -o stl "$BATS_TEST_TMPDIR/stl.s"
  clean link
  bound link g++ as ld
  on_both run "$BATS_TEST_TMPDIR/link.ox/cwd/stl"
  agrees run stl
}
