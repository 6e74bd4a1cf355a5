# Row 4. Strict system call filters kill what they do not know. Each of four real filters (see
# rows/filters.h) is entered by a program that then allocates, frees, grows, moves and purges heavily
# with five threads; and every call that the library makes after start is looked at.
load rows

setup_file() {
  build row04_filter.c row04_filter
  build row04_calls.c row04_calls
}

@test "row 4: the filters are at work" {
  for filter in chromium firefox openssh file; do
    run libc "$BATS_FILE_TMPDIR/row04_filter" $filter forbidden
    [ "$status" -eq 159 ]  # SIGSYS
  done
}

@test "row 4: Chromium's renderer filter" { passes row04_filter chromium heavy; }
@test "row 4: Firefox's filter" { passes row04_filter firefox heavy; }
@test "row 4: OpenSSH's filter before authentication" { passes row04_filter openssh heavy; }
@test "row 4: the filter of file(1)" { passes row04_filter file heavy; }

@test "row 4: the first request of a process may come inside a filter" {
  for filter in chromium firefox openssh file; do passes row04_filter $filter first || return; done
}

@test "row 4: after start, mmap, munmap, mprotect, mremap, madvise and futex alone" {
  require strace
  trace=$BATS_TEST_TMPDIR/trace
  # E: the library must not be loaded into strace itself.
  run timeout 120 strace -f -qq -o "$trace" -E LD_PRELOAD="$OX_LIB" "$BATS_FILE_TMPDIR/row04_calls" 3
  echo "$output"
  [ "$status" -eq 0 ]
  # Between the marks. A call that another thread's interrupts appears twice: its first part ends with
  # "<unfinished ...>", its second begins with "<... NAME resumed>" and repeats what the first said not.
  between=$(awk '/write\(-1, "begin"/ {on = 1; next} /write\(-1, "end"/ {exit} on' "$trace" |
    sed -E 's/^[0-9]+ +//; /^<\.\.\./d; s/ <unfinished \.\.\.>/)/; s/\) += .*/)/')
  calls=$(sed 's/(.*//' <<<"$between" | sort | uniq -c)
  echo "$calls"
  # The workload was one: it grew, purged and moved.
  for call in mprotect madvise mremap futex; do grep -qw "$call" <<<"$calls"; done
  only '^(mmap|munmap|mprotect|mremap|madvise|futex)\(' "$between"
  only 'MADV_(DONTNEED|FREE)\)$' "$(grep '^madvise(' <<<"$between")"
  only 'PROT_READ\|PROT_WRITE\)$' "$(grep '^mprotect(' <<<"$between")"
  only ', MAP_PRIVATE\|(MAP_FIXED\|)?MAP_ANONYMOUS\|MAP_NORESERVE, -1, 0\)$' "$(grep '^mmap(' <<<"$between")"
}

@test "row 4: a refused move of pages is not tried again" {
  require strace
  trace=$BATS_TEST_TMPDIR/trace
  run timeout 120 strace -f -qq -e trace=mremap -o "$trace" -E LD_PRELOAD="$OX_LIB" \
    "$BATS_FILE_TMPDIR/row04_filter" firefox heavy
  [ "$status" -eq 0 ]
  refused=$(grep -c ENOSYS "$trace")
  echo "$refused refused"
  # One, and at most one more for each thread that tried at the same time.
  [ "$refused" -ge 1 ] && [ "$refused" -le 5 ]
}

# only PATTERN TEXT: every line of it matches.
only() {
  if grep -vE "$1" <<<"$2"; then fail "the above is not $1"; fi
}
