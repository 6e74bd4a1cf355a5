# Row 17. The runtimes of sanitizers bring an allocator of their own, and AddressSanitizer's stops a
# program before which another library is loaded; valgrind replaces malloc by name. With the library
# preloaded each must still find its bugs, which it does only in blocks of its own.
load rows

setup_file() {
  build row17_bug.c asan -fsanitize=address
  build row17_cxx.cpp asan_cxx -fsanitize=address
  build row17_bug.c asan_static -fsanitize=address -static-libasan
  build row17_bug.c tsan -fsanitize=thread
  build row17_bug.c lsan -fsanitize=leak
  build row17_bug.c ubsan -fsanitize=undefined
  build row17_bug.c plain
  build row17_cxx.cpp plain_cxx
  if command -v clang; then
    OX_CC=clang build row17_bug.c msan -fsanitize=memory
    OX_CC=clang build row17_bug.c asan_clang -fsanitize=address
  fi
}

# The sanitizers' large mappings stand in fixed places, which not every kernel's layout leaves free.
ox_fixed() { ox setarch -R "$@"; }

# finds PROGRAM BUG PATTERN: the checker reports it, and the library does not.
finds() {
  run ox_fixed "$BATS_FILE_TMPDIR/$1" "$2"
  grep -E "$3|^oxidalloc" <<<"$output" || { echo "$output"; fail "$1: no $3 for $2"; } || return
  [ "$status" -ne 0 ] || fail "$1: exit status 0" || return
  no_report
}

# ends PROGRAM: no bug, no report.
ends() {
  run ox_fixed "$BATS_FILE_TMPDIR/$1" none
  echo "$output"
  [ "$status" -eq 0 ] && [ "$output" = ended ]
}

@test "row 17: AddressSanitizer, dynamic runtime: starts, and finds its bugs" {
  ends asan
  finds asan overflow heap-buffer-overflow
  finds asan use heap-use-after-free
  finds asan twice 'attempting double-free'
  finds asan leak 'LeakSanitizer: detected memory leaks'
}

@test "row 17: AddressSanitizer, dynamic runtime, C++" {
  run ox_fixed "$BATS_FILE_TMPDIR/asan_cxx"
  echo "$output"
  [ "$status" -eq 0 ] && [ "$output" = thrown ]
}

@test "row 17: AddressSanitizer, static runtime" {
  ends asan_static
  finds asan_static overflow heap-buffer-overflow
  finds asan_static use heap-use-after-free
}

@test "row 17: a program's own options for AddressSanitizer come first" {
  run ox_fixed env ASAN_OPTIONS=verify_asan_link_order=1 "$BATS_FILE_TMPDIR/asan" none
  echo "$output"
  [ "$status" -ne 0 ]
  [[ "$output" == *"runtime does not come first"* ]]
}

@test "row 17: ThreadSanitizer" {
  ends tsan
  finds tsan race 'data race'
  finds tsan use 'heap-use-after-free'
}

@test "row 17: LeakSanitizer" {
  ends lsan
  finds lsan leak 'LeakSanitizer: detected memory leaks'
}

@test "row 17: UndefinedBehaviorSanitizer brings no allocator: the library serves" {
  ends ubsan
  run ox_fixed "$BATS_FILE_TMPDIR/ubsan" twice
  [[ "$output" == *"oxidalloc: double free"* ]]
}

@test "row 17: clang's MemorySanitizer and AddressSanitizer" {
  require clang
  ends msan
  finds msan uninitialised use-of-uninitialized-value
  ends asan_clang
  finds asan_clang overflow heap-buffer-overflow
}

@test "row 17: valgrind replaces malloc as ever" {
  require valgrind
  run ox valgrind -q --leak-check=full --error-exitcode=9 "$BATS_FILE_TMPDIR/plain" none
  echo "$output"
  [ "$status" -eq 0 ]
  for bug in "overflow:Invalid write" "use:Invalid write" "twice:Invalid free" "leak:definitely lost" \
    "uninitialised:depends on uninitialised"; do
    run ox valgrind -q --leak-check=full --error-exitcode=9 "$BATS_FILE_TMPDIR/plain" "${bug%%:*}"
    echo "$output"
    [ "$status" -eq 9 ]
    [[ "$output" == *"${bug#*:}"* ]]
    no_report
  done
  run ox valgrind -q --leak-check=full --error-exitcode=9 "$BATS_FILE_TMPDIR/plain_cxx"
  echo "$output"
  [ "$status" -eq 0 ]
}
