# Bugs of programs on the library: each ends the program with SIGABRT and one line on stderr that names what
# happened, the pointer and the process, and a second with the caller. Nothing is silently corrupted.
#
# Sizes: 48, 1000 and 1800 (small), 5000 (medium), 100000 (large), each also after much use of the class, for a
# thread's first blocks come from elsewhere.

small="48 1000 1800"
medium="5000"
large="100000"

load helper

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

@test "double free of a block whose page was given back" { aborts double_free_in_returned_page 64 "$twice"; }

@test "double free of a block whose slab was given back, and is in use again" {
  aborts double_free_after_return 64 "($twice|$invalid)"
}

@test "double free of a medium block that was written to in between" {
  aborts double_free_overwritten "$medium" "$twice"
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

@test "realloc and malloc_usable_size of a freed block" {
  aborts usable_size_freed "$small $medium $large" 'malloc_usable_size of invalid pointer @'
  aborts realloc_freed "$small $medium $large" 'realloc of invalid pointer @'
  aborts realloc_freed_larger "$small $medium $large" 'realloc of invalid pointer @'
}

corrupted='write to freed or past allocated memory: @ \(free [0-9]+-byte block\) is corrupted'

@test "a write to a freed block" {
  for bug in write_after_free write_after_free_delayed calloc_after_write; do aborts "$bug" "$small" "$corrupted"; done
}

@test "a write to the free blocks of slabs that wait for their turn" {
  aborts write_into_waiting 1000 "${corrupted/@/0x[0-9a-f]+}"
}

@test "a free list with an address of the program's own in it" { aborts corrupt_free_list "$small" "$corrupted"; }

@test "a write past the end, into a free block" {
  # The first byte of a free block is of a place: what is damaged may be taken for another block.
  for bytes in 1 8 64; do aborts "overflow_by_${bytes}_into_free" 64 "${corrupted/@/0x[0-9a-f]+}"; done
}

@test "a write to a freed large block, while the program has not used freed ones again" {
  ends_by_fault write_after_free 100000
}

@test "a block of no bytes can be neither read nor written" {
  ends_by_fault read_empty 0
  ends_by_fault write_empty 0
}

@test "double free of a block that was in use again meanwhile" {
  aborts double_free_after_reuse "$small $medium $large" "($twice|$invalid)"
}

@test "free of a pointer into what is reserved and not in use yet" { aborts wild "$small" "$invalid"; }

@test "free of a pointer to the stack, to data, and to a mapping" { foreign_pointers_end; }

@test "a program without a bug is not stopped" { soundness_passes; }
