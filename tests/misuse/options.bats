# OX_REPORT, OX_ENABLE_EXPERIMENTAL_HEALING and OX_CHECK: what a program with bugs does with them.

heal() { timeout 100 env LD_PRELOAD="$OX_LIB" "${@:2}" "$OX_PROGRAMS/heal" "$1"; }
misuse() { timeout 100 env LD_PRELOAD="$OX_LIB" "${@:3}" "$OX_PROGRAMS/misuse" "$1" "$2"; }

# survives BUG COUNT OPTION: the program runs to its right end; the first ten are reported, then all are counted.
survives() {
  run heal "$1" "$3"
  echo "$1: status $status, $(tail -n 2 <<<"$output")"
  [ "$status" -eq 0 ] || return
  [[ $output == *"right to the end"* ]] || return
  [ "$(grep -c '^oxidalloc: called from' <<<"$output")" -le 10 ] || return
  [[ $output =~ oxidalloc:\ $2\ misuses\ survived\ in\ PID ]]
}

healing=OX_ENABLE_EXPERIMENTAL_HEALING=1

@test "healing: a double free every 1,000 operations, and the result is right" { survives double_free 300 $healing; }
@test "healing: a double free by another thread" { survives double_free_in_thread 300 $healing; }
@test "healing: a free of a pointer into a block" { survives interior 300 $healing; }
@test "healing: writes to freed blocks" { survives write_after_free '[1-9][0-9]*' $healing; }
@test "healing: all of these in turn" { survives every_bug '[1-9][0-9]*' $healing; }

@test "without it the first one is the end" {
  for bug in double_free double_free_in_thread interior write_after_free; do
    run heal "$bug"
    [ "$status" -eq 134 ]
    [ "$(grep -c '^oxidalloc: ' <<<"$output")" -le 2 ]
  done
}

@test "OX_REPORT=warn: wrong calls have no effect; damage is the end" {
  survives double_free 300 OX_REPORT=warn
  survives interior 300 OX_REPORT=warn
  run heal write_after_free OX_REPORT=warn
  [ "$status" -eq 134 ]
}

@test "OX_REPORT=warn: realloc of no block is NULL, its usable size 0, a wild pointer left alone" {
  for bug in realloc_interior realloc_freed usable_size_interior usable_size_freed wild slice_start; do
    run misuse "$bug" 64 OX_REPORT=warn
    echo "$bug: $status $output"
    [ "$status" -eq 0 ]
    [[ $output == *" of invalid pointer "* ]]
  done
}

@test "OX_CHECK=1: damage is found without the block being used again" {
  run env LD_PRELOAD="$OX_LIB" "$OX_PROGRAMS/misuse" write_and_go_on 64 busy
  [ "$status" -eq 0 ]
  run env LD_PRELOAD="$OX_LIB" OX_CHECK=1 "$OX_PROGRAMS/misuse" write_and_go_on 64 busy
  echo "$output"
  [ "$status" -eq 134 ]
  [[ $output == *"is corrupted"* ]]
}

@test "OX_CHECK=1: a free of what was not handed out yet" {
  run misuse not_handed_out 16 OX_CHECK=1
  echo "$output"
  [ "$status" -eq 134 ]
  [[ $output == *"free of invalid pointer "* ]]
}

@test "OX_CHECK=1: what is in use at exit is told, and a sound program is not stopped" {
  run misuse leak 64 OX_CHECK=1
  echo "$output"
  [ "$status" -eq 0 ]
  [[ $output =~ oxidalloc:\ ([0-9]+)\ blocks,\ ([0-9]+)\ bytes\ in\ use\ at\ exit\ in\ PID ]]
  [ "${BASH_REMATCH[1]}" -ge 400 ]
  [ "${BASH_REMATCH[2]}" -ge $((400 * 64)) ]
  OX_CHECK=1 LD_PRELOAD=$OX_LIB timeout 100 "$OX_PROGRAMS/family" sizes 2>"$BATS_TEST_TMPDIR/err"
}
