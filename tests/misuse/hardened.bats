# The same bugs on the hardened library, which finds what the default one cannot: each is certain to end the
# program, here with SIGABRT and one line that names the block. 64 bytes is asked for exactly, so that a byte
# too many is one too many.

load helper

setup() {
  # shellcheck disable=SC2034 # for misuse() in helper.bash
  library=$OX_HARDENED
}

all="48 64 1000 1800 5000"
large="100000"
twice='double free of @ \([0-9]+-byte block\)'
invalid='free of invalid pointer @'
corrupted='write to freed or past allocated memory: @ \(free [0-9]+-byte block\) is corrupted'
past='write past the end of @ \([0-9]+-byte block\)'
before='write before the start of @ \([0-9]+-byte block\)'
some_block='0x[0-9a-f]+ \([0-9]+-byte block\)'

@test "hardened: double free" {
  for bug in double_free double_free_delayed double_free_after_others double_free_in_thread double_free_after_thread \
    double_free_by_threads double_free_after_reuse double_free_after_next; do
    aborts "$bug" "$all" "$twice"
    aborts "$bug" "$large" "($twice|$invalid)"
  done
}

@test "hardened: free of what is no block" {
  for bug in interior misaligned last_byte interior_in_thread; do aborts "$bug" "$all $large" "$invalid"; done
  aborts slice_start 48 "$invalid"
  aborts wild 48 "$invalid"
}

@test "hardened: realloc and malloc_usable_size of what is no block in use" {
  for bug in realloc_interior realloc_freed realloc_freed_larger; do
    aborts "$bug" "$all $large" 'realloc of invalid pointer @'
  done
  for bug in usable_size_interior usable_size_freed; do
    aborts "$bug" "$all $large" 'malloc_usable_size of invalid pointer @'
  done
}

@test "hardened: a write to a freed block, wherever in it" {
  for bug in write_after_free write_inside_after_free write_after_free_delayed calloc_after_write corrupt_free_list; do
    aborts "$bug" "48 64 1000 1800" "$corrupted"
  done
}

@test "hardened: a write past the end, by a byte or more, into a block in use or a free one" {
  for bytes in 1 8 64; do
    aborts "overflow_by_${bytes}_into_used" "$all" "$past"
    aborts "overflow_by_${bytes}_into_free" "48 64 1000 1800" "($corrupted|write past the end of $some_block)"
  done
}

@test "hardened: a write before the start" {
  aborts underflow_by_1_into_used 5000 "$before"
  aborts underflow_by_8_into_used 5000 "$before"
  # Small blocks: when the block there is freed, or used.
  for bytes in 1 8; do aborts "underflow_by_${bytes}_into_used" "48 64 1000 1800" "${past/@/0x[0-9a-f]+}"; done
  aborts underflow_by_8_into_free "48 64 1000 1800" "${corrupted/@/0x[0-9a-f]+}"
}

@test "hardened: large blocks: a write to a freed one, or one byte past the last page" {
  ends_by_fault write_after_free "$large"
  ends_by_fault overflow_by_64_into_used 131072
  aborts overflow_by_1_into_used "$large" "$past" # within the page, up to where it was asked for
}

@test "hardened: writes at the ends of what a slab has handed out so far" {
  aborts underflow_at_start 48 "${before/@/0x[0-9a-f]+}"
  aborts underflow_past_start 48 "${before/@/0x[0-9a-f]+}"
  aborts overflow_at_end 48 "${past/@/0x[0-9a-f]+}"
}

@test "hardened: a block of no bytes can be neither read nor written" {
  ends_by_fault read_empty 0
  ends_by_fault write_empty 0
}

@test "hardened: free of a pointer to the stack, to data, and to a mapping" { foreign_pointers_end; }

@test "hardened: a program without a bug is not stopped, nor do options weaken anything" {
  soundness_passes
  for option in OX_REPORT=warn OX_ENABLE_EXPERIMENTAL_HEALING=1; do
    export "${option?}"
    aborts double_free 48 "$twice"
  done
}

@test "hardened: a fresh page is one fault, not two" {
  run env LD_PRELOAD="$OX_HARDENED" "$OX_PROGRAMS/faults" fresh
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "hardened: a block that grows is not copied" {
  run env LD_PRELOAD="$OX_HARDENED" "$OX_PROGRAMS/faults" growing
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "hardened: a thread uses the memory of the one before it" {
  run env LD_PRELOAD="$OX_HARDENED" "$OX_PROGRAMS/faults" threads
  echo "$output"
  [ "$status" -eq 0 ]
}
