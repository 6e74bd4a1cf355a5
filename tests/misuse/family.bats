# The corner cases of the malloc family: what tests/misuse/src/family.c checks. Where glibc's manual decides,
# the same checks hold on libc itself, which shows that they ask for nothing of our own.

family() { LD_PRELOAD=$OX_LIB timeout 100 "$OX_PROGRAMS/family" "$1"; }
on_libc_too() { family "$1" && timeout 100 "$OX_PROGRAMS/family" "$1"; }

@test "absurd sizes: NULL and ENOMEM, the block is kept" { on_libc_too absurd_sizes; }
@test "calloc and reallocarray: overflow is ENOMEM" { on_libc_too overflow; }
@test "nothing: malloc(0), realloc(p, 0), free(NULL)" { on_libc_too nothing; }
@test "alignments: memalign, aligned_alloc, posix_memalign, valloc, pvalloc" { on_libc_too alignments; }
@test "every size: aligned to 16, usable to the last byte, zeroed by calloc" { on_libc_too sizes; }
@test "errno: kept by free and by what succeeds" { on_libc_too errno; }
@test "free_sized, free_aligned_sized: sizes are hints" { family sized_frees; }
@test "mallinfo2, malloc_trim, mallopt, malloc_info" { family figures; }
