# Go: the go command compiles and links a program that calls C, and the program runs. Its compiler is static, which no
# preload reaches; the command, what cgo starts (gcc, ld) and the program are ours.
load ../lib/compat

@test "a program with C in it is built and run: blocks cross threads and languages" {
  program Go go go version
  require gcc
  as_user
  # shellcheck disable=SC2016 # the run's shell
  on_both work sh -c 'cp -r "$OX_WORK/go" . && cd go &&
    env GOCACHE="$PWD/cache" GOPATH="$PWD/path" GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod go build -o gowork . && ./gowork'
  same_output work
  sound work
  grep -qx end "$BATS_TEST_TMPDIR/work.ox/out"
  ran work ours gowork go
  reached work
}
