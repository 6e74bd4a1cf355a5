# What the suites about misuse share. The library is $library, OX_LIB unless set.

# misuse NAME SIZE [busy]: sets status, pointer (as the program printed it) and message (stderr).
misuse() {
  status=0
  pointer=$(LD_PRELOAD=${library:-$OX_LIB} timeout 60 "$OX_PROGRAMS/misuse" "$@" 2>"$BATS_TEST_TMPDIR/err") || status=$?
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

# ends_by_fault NAME SIZE: by a fault, for what it uses is inaccessible.
ends_by_fault() {
  misuse "$@"
  echo "$*: status $status: $message"
  [ "$status" -eq 139 ]
}

# foreign_pointers_end: pointers that no region of ours contains are libc's to judge: it may say its own word, but the
# program ends.
foreign_pointers_end() {
  for bug in on_stack in_data foreign_mapping; do
    misuse "$bug" 48
    echo "$bug: status $status: $message"
    [ "$status" -eq 134 ]
    [ -n "$message" ]
  done
}

# soundness_passes: a program without a bug is not stopped.
soundness_passes() {
  misuse none 48
  [ "$status" -eq 2 ]
}
