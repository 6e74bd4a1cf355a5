# Row 2. Pointers that the library did not give out, of whatever origin, are libc's to judge: a program
# ends as it does without the library, and never in the library's own code.
load rows

setup_file() { build row02_foreign.c row02_foreign; }

@test "row 2: libc's own blocks, before the first malloc" { passes row02_foreign first; }
@test "row 2: libc's own blocks of all sizes, in between" { passes row02_foreign later; }
@test "row 2: a chunk that somebody mapped" { passes row02_foreign mapped; }

@test "row 2: a pointer into the stack: libc's verdict, in libc's words" {
  run libc "$BATS_FILE_TMPDIR/row02_foreign" stack
  [ "$status" -eq 134 ]
  verdict=$(grep -oE '(free|munmap_chunk)\(\): invalid .*' <<<"$output")
  run ox "$BATS_FILE_TMPDIR/row02_foreign" stack
  echo "$output"
  [ "$status" -eq 134 ]
  [[ "$output" == *"$verdict"* ]]
  no_report
}
