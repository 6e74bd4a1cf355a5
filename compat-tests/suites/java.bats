# OpenJDK: a program is compiled and run; the virtual machine's own memory, threads and native libraries are malloc's.
load ../lib/compat

@test "a program is compiled and run: maps, direct buffers, compression, 200 threads" {
  program OpenJDK javac javac --version
  as_user
  # shellcheck disable=SC2016 # the run's shell
  on_both work sh -c 'javac -d . "$OX_WORK/JavaWork.java" && java -XX:+UseG1GC JavaWork'
  same_output work
  sound work
  grep -qx end "$BATS_TEST_TMPDIR/work.ox/out"
  ran work ours java javac
  reached work
}
