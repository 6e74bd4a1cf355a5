# The judgements of helper.bash can fail: each is given runs that are deliberately wrong, and must
# say so. Without this a suite that compares nothing would look like one that passes.

load helper

# rejects JUDGEMENT...: it fails.
rejects() {
  run "$@"
  [ "$status" -ne 0 ] || fail "accepted: $*"
}

# made NAME LIBC-OUTPUT OX-OUTPUT: two runs as if they had printed that.
made() {
  local run=$BATS_TEST_TMPDIR/$1 kind
  for kind in libc ox; do
    mkdir -p "$run.$kind/cwd"
    : >"$run.$kind/err"
    echo 0 >"$run.$kind/status"
  done
  printf '%s' "$2" >"$run.libc/out"
  printf '%s' "$3" >"$run.ox/out"
}

@test "selfcheck: a right run is accepted" {
  on_both right perl -e 'print "x" x 100000, "\n"; open my $f, ">", "file"; print $f "content"'
  agrees right perl
  same_file right file
}

@test "selfcheck: a wrong output is rejected" {
  made wrong 'one byte' 'one bite'
  rejects same wrong
  made shorter $'a\nb\n' $'a\n'
  rejects same shorter
  made nothing '' ''
  rejects same nothing
  made errors same same
  echo 'a warning' >"$BATS_TEST_TMPDIR/errors.ox/err"
  rejects same errors
}

@test "selfcheck: a program that prints something else on the library is rejected" {
  on_both other perl -e 'print $ENV{LD_PRELOAD} ? "preloaded" : "plain"'
  [ "$(<"$BATS_TEST_TMPDIR/other.libc/out")" = plain ]
  [ "$(<"$BATS_TEST_TMPDIR/other.ox/out")" = preloaded ]
  rejects agrees other perl
}

@test "selfcheck: a wrong or missing file is rejected" {
  on_both file perl -e 'open my $f, ">", "file"; print $f $ENV{LD_PRELOAD} // "plain"'
  rejects same_file file file
  rejects same_file file absent
}

@test "selfcheck: a failing status is rejected on either side" {
  made status same same
  echo 1 >"$BATS_TEST_TMPDIR/status.ox/status"
  rejects same status
  made status same same
  echo 1 >"$BATS_TEST_TMPDIR/status.libc/status"
  rejects same status
}

@test "selfcheck: a crash and a run out of time are rejected" {
  on_ox crash perl -e 'kill SEGV => $$'
  rejects clean crash
  on_ox core perl -e 'open my $f, ">", "core.123"; print $f "x"'
  rejects clean core
  RUN_SECONDS=1 on_ox late sleep 5
  rejects clean late
}

@test "selfcheck: a line of the library's own is rejected" {
  on_ox noisy perl -e 'print STDERR "fine\noxidalloc: double free\n"'
  rejects clean noisy
  on_ox quiet perl -e 'print "not oxidalloc: at the start\n"'
  clean quiet
}

@test "selfcheck: a run without the library is rejected as not bound" {
  on_ox bare env -u LD_PRELOAD perl -e 'print 1'
  rejects bound bare perl
  on_ox elsewhere perl -e 'print 1'
  rejects bound elsewhere python3
  made untraced same same
  rejects bound untraced perl
}

@test "selfcheck: a malloc bound past the library is rejected" {
  local trace=$BATS_TEST_TMPDIR/stray.ox/trace
  mkdir -p "$trace"
  binding() { printf "  1:\tbinding file %s [0] to %s [0]: normal symbol \`malloc' [GLIBC_2.2.5]\n" "$1" "$2"; }
  start() { printf '  1:\t\n  1:\tfile=%s [0];  needed by %s [0]\n' "$OX_LIB" "$1"; }
  {
    start /usr/bin/program
    binding /usr/bin/program "$OX_LIB"
    binding /usr/lib/libother.so /usr/bin/program
  } >"$trace/process.1"
  bound stray program
  binding /usr/lib/libother.so /usr/lib/libc.so.6 >>"$trace/process.1"
  rejects bound stray program
  {
    start /usr/bin/program
    binding /usr/lib/libc.so.6 "$OX_LIB"
    binding /usr/lib/libother.so "$OX_LIB"
    binding /usr/bin/program /usr/bin/program
  } >"$trace/process.1"
  rejects bound stray program
}

@test "selfcheck: a process that libc serves is rejected, mapped or not" {
  on_both blocks perl -e 'my @blocks = map { "x" x 2000 } 1 .. 10000;
    open my $from, "<", "/proc/self/maps"; open my $to, ">", "maps"; print {$to} <$from>'
  served blocks
  rejects serves "$BATS_TEST_TMPDIR/blocks.libc/cwd/maps"
  grep -F " $OX_LIB" "$BATS_TEST_TMPDIR/blocks.ox/cwd/maps" >>"$BATS_TEST_TMPDIR/blocks.libc/cwd/maps"
  rejects serves "$BATS_TEST_TMPDIR/blocks.libc/cwd/maps"
  cp "$BATS_TEST_TMPDIR"/blocks.{ox,libc}/cwd/maps
  rejects served blocks
}

@test "selfcheck: a process without the library is rejected as not mapped" {
  rejects mapped $$
  local pid tries status=1
  LD_PRELOAD=$OX_LIB sleep 30 3>&- &
  pid=$!
  for ((tries = 0; tries < 500 && status != 0; tries++)); do # its start takes a moment
    sleep 0.01
    status=0
    mapped "$pid" >"$BATS_TEST_TMPDIR/said" || status=$?
  done
  kill "$pid"
  [ "$status" = 0 ]
}

@test "selfcheck: a missing program fails in CI and is skipped elsewhere" {
  CI=true rejects require perl no-such-program-here
  CI='' run require no-such-program-here
  [ "$status" = 0 ]
}
