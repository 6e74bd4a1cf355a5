# Row 8. The default build is strict about what would corrupt the heap, and about nothing else: programs
# are full of sized deletes with a wrong size, of new freed by free, of bytes read after their time. Certain:
# each group is run with libc's allocator first, where it passes; what libc lets pass must pass here. What
# would corrupt the heap ends the program, which tests/misuse shows bug by bug; here, that it does at all.
load rows

setup_file() { build row08_lenient.cpp row08_lenient -std=c++20 -Wno-mismatched-new-delete; }

# lenient GROUP: passes on both.
lenient() {
  run libc "$BATS_FILE_TMPDIR/row08_lenient" "$1"
  echo "libc: $output"
  [ "$status" -eq 0 ] || return
  passes row08_lenient "$1"
}

@test "row 8: sizes given to sized deletes are hints" { lenient sized_delete; }
@test "row 8: one member of the family frees what another gave" { lenient mixed_family; }
@test "row 8: all usable bytes are the program's" { lenient usable_bytes; }
@test "row 8: reads past the end, within the block's granule" { lenient read_past_the_end; }
@test "row 8: reads of freed blocks" { lenient read_after_free; }
@test "row 8: reads of what was never written" { lenient uninitialised; }
@test "row 8: blocks of threads that have ended" { lenient other_threads; }
@test "row 8: arguments that glibc takes" { lenient arguments; }

@test "row 8: what would corrupt the heap is fatal" {
  build row17_bug.c bug
  run ox "$BATS_FILE_TMPDIR/bug" twice
  echo "$output"
  [ "$status" -eq 134 ]
  [[ "$output" == *"oxidalloc: double free of "* ]]
}
