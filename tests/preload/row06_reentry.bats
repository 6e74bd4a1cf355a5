# Row 6. The first request comes while the loader is at work, or from within dlsym(); and other preloads
# stand in for functions that an allocator might call, and allocate there. Certain: the hostile preload
# ends the program when its allocations nest, which they do at the first call that reaches it.
load rows

setup_file() {
  build row06_program.cpp program
  build_object row06_hostile.c hostile.so
  build_object row06_hostile.c wrapper.so -DMALLOC_FAMILY
  build_object row06_hostile.c header.so -DMALLOC_FAMILY -DHEADER=32
}

# beside PRELOADS...: the program runs with them, by the system's settings (private preload file) too.
beside() {
  run timeout "${RUN_SECONDS:-60}" env LD_PRELOAD="$*" "$BATS_FILE_TMPDIR/program"
  echo "$output"
  [ "$status" -eq 0 ] && [ "$output" = passed ]
}

@test "row 6: beside a preload that allocates in mmap, open, read, getenv and others" {
  beside "$BATS_FILE_TMPDIR/hostile.so" "$OX_LIB"
  beside "$OX_LIB" "$BATS_FILE_TMPDIR/hostile.so"
}

@test "row 6: behind a malloc that finds ours with dlsym, which calls calloc" {
  beside "$BATS_FILE_TMPDIR/wrapper.so" "$OX_LIB"
  beside "$OX_LIB" "$BATS_FILE_TMPDIR/wrapper.so"
}

@test "row 6: behind a malloc that puts a header before each block" {
  beside "$BATS_FILE_TMPDIR/header.so" "$OX_LIB"
  beside "$OX_LIB" "$BATS_FILE_TMPDIR/header.so"
}

@test "row 6: behind a wrapper that hands blocks on as they are, the library serves" {
  require strace
  timeout "${RUN_SECONDS:-60}" strace -f -qq -e trace=mmap -o "$BATS_TEST_TMPDIR/trace" \
    -E LD_PRELOAD="$BATS_FILE_TMPDIR/wrapper.so $OX_LIB" "$BATS_FILE_TMPDIR/program"
  grep -q 'PROT_NONE, .*MAP_NORESERVE' "$BATS_TEST_TMPDIR/trace"
}

@test "row 6: fakeroot" {
  require fakeroot
  cd "$BATS_TEST_TMPDIR"
  # shellcheck disable=SC2016 # the inner shell's
  run timeout "${RUN_SECONDS:-60}" env LD_PRELOAD="$OX_LIB" fakeroot sh -c \
    'echo $LD_PRELOAD | grep -c libfakeroot; touch file && chown 123:45 file && stat -c %u:%g file &&
     tar -cf archive file && tar --numeric-owner -tvf archive | cut -d " " -f 2'
  echo "$output"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = 1 ] && [ "${lines[1]}" = 123:45 ] && [ "${lines[2]}" = 123/45 ]
}

@test "row 6: libeatmydata, before and after" {
  library=$(echo /usr/lib/*/libeatmydata.so)
  [ -e "$library" ] || missing libeatmydata
  for order in "$library $OX_LIB" "$OX_LIB $library"; do
    beside "$order"
    # It is at work: a sync does not reach the kernel.
    run timeout "${RUN_SECONDS:-60}" strace -qq -e trace=fsync -E LD_PRELOAD="$order" \
      dd if=/dev/zero of="$BATS_TEST_TMPDIR/file" count=1 conv=fsync
    [ "$status" -eq 0 ]
    [[ "$output" != *"fsync("* ]]
  done
}

@test "row 6: LD_AUDIT: the auditor has an allocator of its own, libc's" {
  build_object row06_audit.c audit.so
  run timeout "${RUN_SECONDS:-60}" env LD_AUDIT="$BATS_FILE_TMPDIR/audit.so" LD_PRELOAD="$OX_LIB" "$BATS_FILE_TMPDIR/program"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *passed* ]]
  [[ "$output" == *"audit: malloc of "*" bound to "*"liboxidalloc"* ]]
  no_report
}
