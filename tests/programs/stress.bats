# stress-ng's malloc stressor on the library, with --verify: it fills what it gets and complains of
# every byte that changed. It ends by operations, not by time: a run that hits its time limit fails.

load helper

# completed NAME: stress-ng says so, no stressor gave up, and 200,000 operations were done.
completed() {
  local out=$BATS_TEST_TMPDIR/$1.ox/out
  cat "$BATS_TEST_TMPDIR/$1.ox/err" >>"$out"
  [ "$(<"$BATS_TEST_TMPDIR/$1.ox/status")" = 0 ] || { cat "$out"; fail "$1: exit status"; } || return
  grep -q 'successful run completed' "$out" && ! grep -E 'fail:|error:|killed|SIGSEGV' "$out" || return
  awk '/ malloc  / { done = ($5 >= 200000) } END { exit !done }' "$out"
}

stress() {
  stress_with=(stress-ng --malloc 4 --malloc-ops 200000 --verify --timeout 120s --metrics-brief --temp-path .)
  on_ox "$1" "${stress_with[@]}" "${@:2}"
  clean "$1"
  completed "$1"
  bound "$1" stress-ng
}

setup() { require stress-ng; }

@test "stress-ng: four processes keep what they wrote over 200,000 operations" {
  stress plain
}

@test "stress-ng: the same with three threads more in each process, all pages touched" {
  stress threads --malloc-pthreads 3 --malloc-touch --malloc-bytes 128k
}
