# Row 7. A fork copies the memory of threads that are in the middle of anything, page by page while they
# run on. The child goes on allocating, frees what all threads left, and ends; so do the children of
# programs whose handlers of fork allocate while the library's are at work.
load rows

setup_file() {
  build row07_fork.c row07_fork
  build row07_other.c row07_other
  build_object row07_before.c librow07.so
  build row07_fork.c row07_handlers -L"$BATS_FILE_TMPDIR" -Wl,--no-as-needed -lrow07 "-Wl,-rpath,\$ORIGIN"
}

@test "row 7: forks from 16 busy threads: every child allocates and frees everything" {
  RUN_SECONDS=800 passes row07_fork "$(heavy 10000 100)" 4
}

@test "row 7: the same with memory in use that takes its time to be copied" {
  RUN_SECONDS=800 passes row07_fork "$(heavy 2000 50)" 256
}

@test "row 7: handlers of fork that others registered before us allocate" {
  RUN_SECONDS=600 passes row07_handlers "$(heavy 1000 50)" 1
}

@test "row 7: vfork, posix_spawn, popen, clone with shared memory, _Fork" {
  RUN_SECONDS=600 passes row07_other "$(heavy 1000 50)"
}
