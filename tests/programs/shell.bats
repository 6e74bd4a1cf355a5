# bash on the library: big arrays, hundreds of subshells, pipes and substitutions print what they
# print on libc. Each subshell is a fork that goes on allocating in a copy of the heap.

load helper

@test "bash: a script of arrays, subshells and pipes prints the same" {
  require bash sort tr
  on_both script bash "$programs/shell_work.sh"
  agrees script bash sort tr
  served script
  grep -qx 'end' "$BATS_TEST_TMPDIR/script.ox/out"
}
