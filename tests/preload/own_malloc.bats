# A program that exports an allocator of its own (row 1 of what breaks a preloaded allocator): it comes first in
# symbol look-up, so the library stays passive, and what it builds on others goes to the program's.

load helper

setup() {
  gcc -O1 -rdynamic -fno-builtin-malloc -fno-builtin-free -o "$BATS_TEST_TMPDIR/own" \
    "$OX_SOURCE/tests/preload/own_malloc.c"
}

@test "a program with its own malloc runs on it" {
  run on_ox "$BATS_TEST_TMPDIR/own"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"served 1, freed 1"* ]]
}

@test "the library reserves nothing there" {
  LD_PRELOAD=$OX_LIB strace -f -e trace=mmap -o "$BATS_TEST_TMPDIR/trace" "$BATS_TEST_TMPDIR/own"
  if grep -E 'PROT_NONE, .*MAP_NORESERVE' "$BATS_TEST_TMPDIR/trace"; then return 1; fi
  # The same look does find it where the library is active.
  LD_PRELOAD=$OX_LIB strace -f -e trace=mmap -o "$BATS_TEST_TMPDIR/trace" sh -c :
  grep -qE 'PROT_NONE, .*MAP_NORESERVE' "$BATS_TEST_TMPDIR/trace"
}
