# Bugs of programs on the library: each ends the program with SIGABRT and one line on stderr that names what
# happened, the pointer and the process, and a second with the caller. Nothing is silently corrupted.
#
# Sizes: 48 and 1000 (small), 5000 (medium), 100000 (large), each also after much use of the class, for a
# thread's first blocks come from elsewhere.

small="48 1000"
medium="5000"
large="100000"

# misuse NAME SIZE [busy]: sets status, pointer (as the program printed it) and message (stderr).
misuse() {
  status=0
  pointer=$(LD_PRELOAD=$OX_LIB timeout 60 "$OX_PROGRAMS/misuse" "$@" 2>"$BATS_TEST_TMPDIR/err") || status=$?
  message=$(<"$BATS_TEST_TMPDIR/err")
}

# aborts NAME SIZES PATTERN: with each of the sizes, fresh and busy. In PATTERN, @ is the pointer.
aborts() {
  local size use
  for size in $2; do
    for use in "" busy; do
      # shellcheck disable=SC2086 # an empty word is none
      misuse "$1" "$size" $use
      echo "$1 $size $use: status $status, pointer $pointer, message: $message"
      [ "$status" -eq 134 ]
      [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" -le 2 ]
      [[ "${message%%$'\n'*}" =~ ^oxidalloc:\ ${3//@/$pointer}" in PID "[0-9]+" ("/.*/misuse\)$ ]]
      if [ "${message#*$'\n'}" != "$message" ]; then
        [[ "${message#*$'\n'}" =~ ^oxidalloc:\ called\ from\ 0x[0-9a-f]+$ ]]
      fi
    done
  done
}

twice='double free of @ \([0-9]+-byte block\)'
invalid='free of invalid pointer @'

@test "double free at once" { aborts double_free "$small $medium $large" "$twice"; }

@test "double free later, other sizes in use meanwhile" {
  aborts double_free_delayed "$small $medium $large" "($twice|$invalid)"
}

@test "double free after other frees" {
  aborts double_free_after_others "$small $medium" "$twice"
  aborts double_free_after_others "$large" "($twice|$invalid)" # merged with its neighbours by then
}

@test "double free, the second by another thread" {
  aborts double_free_in_thread "$small $medium" "$twice"
  aborts double_free_in_thread "$large" "($twice|$invalid)" # the thread's heap may stand there by then
}

@test "double free, the first by another thread" {
  aborts double_free_after_thread "$small $medium" "$twice"
  aborts double_free_after_thread "$large" "($twice|$invalid)"
}

@test "double free, both by other threads" {
  aborts double_free_by_threads "$small $medium" "$twice"
  aborts double_free_by_threads "$large" "($twice|$invalid)"
}

@test "free of a pointer into a block" { aborts interior "$small $medium $large" "$invalid"; }

@test "free of a misaligned pointer" {
  aborts misaligned "$small $medium $large" "$invalid"
  aborts last_byte "$small $medium $large" "$invalid"
}

@test "free of a pointer into a block, by another thread" {
  aborts interior_in_thread "$small $medium $large" "$invalid"
}

@test "free of the start of a slice" { aborts slice_start "48" "$invalid"; }

@test "realloc and malloc_usable_size of a pointer into a block" {
  aborts realloc_interior "$small $medium $large" 'realloc of invalid pointer @'
  aborts usable_size_interior "$small $medium $large" 'malloc_usable_size of invalid pointer @'
}

@test "realloc of a freed block" {
  aborts realloc_freed "$small $medium $large" 'realloc of invalid pointer @'
  aborts realloc_freed_larger "$small $medium $large" 'realloc of invalid pointer @'
}

@test "a write to a freed block" {
  aborts write_after_free "$small" 'write to freed or past allocated memory: @ \(free [0-9]+-byte block\) is corrupted'
}

@test "a write past the end, into a free block" {
  aborts overflow_by_8_into_free "$small" 'write to freed or past allocated memory: @ \(free [0-9]+-byte block\) is corrupted'
}

# Pointers that no region of ours contains are libc's to judge: it may say its own word, but the program ends.
@test "free of a pointer to the stack, to data, and to nowhere" {
  for bug in on_stack in_data; do
    misuse "$bug" 48
    echo "$bug: status $status: $message"
    [ "$status" -eq 134 ]
    [ -n "$message" ]
  done
  misuse wild 48
  echo "wild: status $status: $message"
  [ "$status" -eq 134 ] || [ "$status" -eq 139 ]
}

@test "a program without a bug is not stopped" {
  status=0
  LD_PRELOAD=$OX_LIB "$OX_PROGRAMS/misuse" none 48 || status=$?
  [ "$status" -eq 2 ]
}
