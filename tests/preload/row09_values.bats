# Row 9. What the family returns is relied upon to the letter, much of it beyond the manual: malloc(0),
# realloc(p, 0), all of the usable size, errno after free. Certain: the same checks pass on libc's allocator,
# by which programs were written.
load rows

setup_file() {
  build row09_values.c row09_values -Wno-alloc-size-larger-than
  build row09_new.cpp row09_new -std=c++20
}

# as_libc GROUP: passes on both; on ours, also where the library hands all on to libc.
as_libc() {
  run libc "$BATS_FILE_TMPDIR/row09_values" "$1"
  echo "libc: $output"
  [ "$status" -eq 0 ] || return
  passes row09_values "$1" || return
  OX_DISABLE=1 passes row09_values "$1"
}

@test "row 9: malloc(0), realloc(p, 0), free(NULL), malloc_usable_size(NULL)" { as_libc nothing; }
@test "row 9: more than PTRDIFF_MAX, and products that overflow: NULL and ENOMEM, nothing lost" { as_libc too_much; }
@test "row 9: 16 bytes of alignment for every size; aligned calls as lenient as glibc's" { as_libc alignment; }
@test "row 9: every usable byte can be used, and calloc's are zero" { as_libc usable; }
@test "row 9: the usable size is constant for a block's life" { as_libc constant; }
@test "row 9: errno is kept by free and by what succeeds" { as_libc errno; }

@test "row 9: operator new: std::bad_alloc or nullptr, new_handler, alignments" {
  libc "$BATS_FILE_TMPDIR/row09_new"
  passes row09_new
  OX_DISABLE=1 passes row09_new
}
