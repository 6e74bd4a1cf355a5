# Row 16. A crash handler allocates, and the crash may come in the middle of malloc. The handler must
# reach its end: what it asks for is served, by libc where ours is in the middle, and one line says so.
# Certain: the interrupted loop spends most of its time under the lock; hundreds of rounds.
load rows

setup_file() {
  build row16_handler.c row16_handler
  build row16_abort.c row16_abort
}

# in_the_middle WAY ROUNDS: passes, with the report, which shows that the case occurred.
in_the_middle() {
  run ox "$BATS_FILE_TMPDIR/row16_handler" "$@"
  echo "$output" | sort | uniq -c | head -n 20
  [ "$status" -eq 0 ] || return
  [[ "$output" == *passed* ]] || return
  [[ "$output" == *"oxidalloc: a signal handler allocates in the middle of malloc: libc serves it in PID "* ]]
}

@test "row 16: a handler that allocates, then _exit" { in_the_middle exit "$(heavy 5000 400)"; }
@test "row 16: a handler that forks a reporter, then _exit" { in_the_middle fork "$(heavy 2000 200)"; }
@test "row 16: a handler that allocates and returns" { in_the_middle return "$(heavy 100000 3000)"; }

@test "row 16: a handler of our own abort" {
  run ox "$BATS_FILE_TMPDIR/row16_abort"
  echo "$output"
  [ "$status" -eq 42 ]
  [[ "$output" == *"oxidalloc: double free"* ]]
  [[ "$output" == *"signal 6, "* ]]
}
