# Row 21. A reservation of half a terabyte is nothing to the kernel, but a debugger that saves a process writes
# all of it, zeros, to the disk. The library has it left out by one advice at start; what becomes heap is let in
# again. Certain: a dump may have 300 MB here, and every block must be found in it by way of the program's list.
load rows

setup_file() { build row21_dump.c row21_dump; }

teardown() {
  if [ -n "${child:-}" ]; then kill "$child" 2>/dev/null || true; fi
}

# start_child: the program, on the library, when it is ready. Sets child.
start_child() {
  mkfifo "$BATS_TEST_TMPDIR/ready"
  LD_PRELOAD=$OX_LIB "$BATS_FILE_TMPDIR/row21_dump" wait >"$BATS_TEST_TMPDIR/ready" 3>&- &
  child=$!
  read -r line <"$BATS_TEST_TMPDIR/ready"
  [ "$line" = ready ]
}

# gdb_on ARGUMENTS...: follows the program's list and prints its ends.
gdb_on() {
  cat >"$BATS_TEST_TMPDIR/count" <<'GDB'
set pagination off
set $count = 0
set $note = notes
printf "last: %s\n", $note->text
while $note
  set $count = $count + 1
  set $first = $note
  set $note = $note->next
end
printf "first: %s, %d in all\n", $first->text, $count
GDB
  run timeout 60 gdb -nx -batch -iex 'set debuginfod enabled off' -x "$BATS_TEST_TMPDIR/count" "$@"
  grep -E '^(last|first): ' <<<"$output" || { echo "$output"; return 1; }
  [[ "$output" == *"last: note 2999 of the heap"* ]] || return
  [[ "$output" == *"first: note 0 of the heap, 3000 in all"* ]]
}

@test "row 21: what is reserved is left out of dumps, what is in use is not" { passes row21_dump flags; }

@test "row 21: a process saved by the debugger (gcore): small, and complete" {
  require gdb gcore
  start_child
  cd "$BATS_TEST_TMPDIR"
  # Kibibytes; a gcore that writes more fails.
  (ulimit -f 300000 && timeout 60 gcore -o saved "$child") 3>&-
  ls -l saved.*
  [ "$(stat -c %s saved."$child")" -le 300000000 ]
  gdb_on "$BATS_FILE_TMPDIR/row21_dump" saved."$child"
}

@test "row 21: the kernel's core dump: small, and complete" {
  require gdb
  case $(cat /proc/sys/kernel/core_pattern) in
    core | core.%p) ;;
    *) skip "this system sends core dumps elsewhere" ;;
  esac
  cd "$BATS_TEST_TMPDIR"
  run bash -c 'ulimit -c 300000 && ulimit -c; LD_PRELOAD=$0 "$1" abort' "$OX_LIB" "$BATS_FILE_TMPDIR/row21_dump"
  [[ "$output" == *300000* ]] || skip "core dumps are not permitted"
  [ "$status" -eq 134 ]
  ls -l core*
  gdb_on "$BATS_FILE_TMPDIR/row21_dump" "$(echo core*)"
}

@test "row 21: a debugger attaches, reads the heap, and calls malloc and free in the program" {
  require gdb
  start_child
  gdb_on -p "$child" -ex 'set $block = ((void *(*)(unsigned long)) malloc)(1000)' \
    -ex 'call (void) ((void *(*)(void *, int, unsigned long)) memset)($block, 65, 1000)' \
    -ex 'printf "byte %c, notes still %s\n", *((char *)$block + 999), notes->text' \
    -ex 'call (void) ((void (*)(void *)) free)($block)' -ex 'printf "freed\n"' -ex detach
  echo "$output" | tail -n 5
  [[ "$output" == *"byte A, notes still note 2999 of the heap"* ]]
  [[ "$output" == *freed* ]]
  kill -0 "$child" # it goes on
}
