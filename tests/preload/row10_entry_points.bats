# Row 10. An entry point of glibc's allocator that is not replaced acts on a heap in which nothing is: it
# reports nothing in use, trims nothing, measures garbage. All of them are there and tell the truth, about
# the heap that serves the process. Certain: figures are compared with what the program knows it allocated.
load rows

setup_file() { build row10_figures.c row10_figures -Wno-deprecated-declarations; }

@test "row 10: every entry point of glibc's allocator is replaced" {
  require nm
  libc_file=$(ldd "$BATS_FILE_TMPDIR/row10_figures" | awk '$1 == "libc.so.6" {print $3}')
  defined() { nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | sort -u; }
  replaced=$(defined "$OX_LIB")
  all=$(defined "$libc_file" | grep -E '^(malloc|calloc|realloc|free|reallocarray|memalign|aligned_alloc|posix_memalign|valloc|pvalloc|cfree|mallinfo2?|mallopt|malloc_.*)$' |
    grep -vE '^malloc_(get|set)_state$') # only ever called by old Emacs dumps, whose blocks are libc's
  echo "$all"
  [ "$(wc -l <<<"$all")" -ge 16 ]
  for name in $all free_sized free_aligned_sized; do grep -qx "$name" <<<"$replaced" || fail "not replaced: $name" || return; done
}

@test "row 10: mallinfo, mallinfo2: what is in use, and nothing of it is libc's" { passes row10_figures ours; }
@test "row 10: malloc_trim gives back, and says whether it did" { passes row10_figures trim; }

@test "row 10: malloc_info in glibc's XML, malloc_stats: the figures are true" {
  require python3
  ox "$BATS_FILE_TMPDIR/row10_figures" info >"$BATS_TEST_TMPDIR/ours.xml" 2>"$BATS_TEST_TMPDIR/stats"
  cat "$BATS_TEST_TMPDIR/ours.xml" "$BATS_TEST_TMPDIR/stats"
  libc "$BATS_FILE_TMPDIR/row10_figures" shape >"$BATS_TEST_TMPDIR/libc.xml"
  python3 "$rows/row10_xml.py" "$BATS_TEST_TMPDIR/ours.xml" "$BATS_TEST_TMPDIR/libc.xml"
  used=$(sed -nE 's/^in use bytes += +([0-9]+).*/\1/p' "$BATS_TEST_TMPDIR/stats")
  [ "$used" -ge 55000000 ] && [ "$used" -le 60000000 ]
}

@test "row 10: in a process that libc serves, the answers are libc's" {
  libc "$BATS_FILE_TMPDIR/row10_figures" passed_on
  OX_DISABLE=1 passes row10_figures passed_on
}
