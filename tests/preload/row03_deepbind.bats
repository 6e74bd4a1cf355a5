# Row 3. A plugin opened with RTLD_DEEPBIND finds libc's malloc family first; on a program that uses
# ours, its first free of a block of the program aborts. Certain: the host fails at the first size.
load rows

setup_file() {
  build_object row03_plugin.c plugins/row03_plugin.so
  build row03_host.c row03_host "-Wl,--enable-new-dtags,-rpath,\$ORIGIN/plugins"
}

@test "row 3: a deep-bound plugin shares the program's heap, and is found by the caller's RUNPATH" {
  readelf -d "$BATS_FILE_TMPDIR/row03_host" | grep -q RUNPATH
  passes row03_host
  [ "$output" = passed ]
}

@test "row 3: the same behind another preload that stands before dlopen" {
  build_object row03_logger.c row03_logger.so
  run timeout "${RUN_SECONDS:-60}" env LD_PRELOAD="$OX_LIB $BATS_FILE_TMPDIR/row03_logger.so" "$BATS_FILE_TMPDIR/row03_host"
  echo "$output"
  [ "$status" -eq 0 ]
  # The logger's own frame hides the caller, so it opens by path; it sees no RTLD_DEEPBIND.
  [[ "$output" == *"dlopen deepbind=0"* ]]
  [[ "$output" != *"deepbind=1"* ]]
  no_report
}

@test "row 3: a program with an allocator of its own keeps the flag" {
  build row03_passive.c row03_passive -rdynamic "-Wl,--enable-new-dtags,-rpath,\$ORIGIN/plugins"
  passes row03_passive
}

@test "row 3: without dlsym, dlopen is found by a walk over the loaded objects" {
  build row03_symbols.cpp row03_symbols -std=c++20 -I"$BATS_TEST_DIRNAME/../../src" \
    "$BATS_TEST_DIRNAME/../../src/api/next_symbol.cpp" "$BATS_TEST_DIRNAME/../../src/os/process.cpp"
  libc "$BATS_FILE_TMPDIR/row03_symbols"
}
