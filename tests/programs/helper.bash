# What the program suites share: run a command on libc and on the library, and judge the two runs.
#
# Environment: OX_LIB, the library (an absolute path). Its name is never assumed, so any preloadable
# allocator can stand in for it. Under CI=true a missing program is a failure, elsewhere a skip.
#
# Every run has a directory of its own, $BATS_TEST_TMPDIR/NAME.libc or NAME.ox, with
#   cwd/           where the command runs: relative names keep paths out of the outputs compared
#   out err status what it printed, and its exit status
#   trace/         (ox) what the loader bound in each process, one file per process

export LC_ALL=C TZ=UTC

fail() {
  printf '%s\n' "$*" >&2
  return 1
}

[ -n "${OX_LIB:-}" ] && [ -f "$OX_LIB" ] || { fail "OX_LIB names no library: '${OX_LIB:-}'"; exit 1; }
OX_LIB=$(realpath "$OX_LIB")
export OX_LIB
# shellcheck disable=SC2034 # for the suites
programs=$BATS_TEST_DIRNAME

# --- programs -----------------------------------------------------------------------------------

# A missing program may not pass unseen where the machine was prepared for the tests.
missing() {
  if [ "${CI:-}" = true ]; then fail "missing: $*"; else skip "missing: $*"; fi
}

# require PROGRAM...
require() {
  local program
  for program; do
    command -v "$program" >/dev/null || missing "$program"
  done
}

# --- runs ---------------------------------------------------------------------------------------

# on_libc NAME COMMAND...    the reference
# on_ox NAME COMMAND...      the same with the library, traced
# Neither fails: the judgements below read what they leave. RUN_SECONDS bounds a run (300).
on_libc() { run_in "$BATS_TEST_TMPDIR/$1.libc" env -u LD_PRELOAD "${@:2}"; }
on_ox() {
  local run=$BATS_TEST_TMPDIR/$1.ox
  mkdir -p "$run/trace"
  run_in "$run" env LD_PRELOAD="$OX_LIB" \
    LD_DEBUG=files,bindings LD_DEBUG_OUTPUT="$run/trace/process" "${@:2}"
}

on_both() {
  on_libc "$@"
  on_ox "$@"
}

run_in() {
  local run=$1 status=0
  shift
  mkdir -p "$run/cwd"
  (
    cd "$run/cwd" || exit 125
    ulimit -c 1024 2>/dev/null || true  # a crash leaves a core for `clean` to find
    exec timeout "${RUN_SECONDS:-300}" "$@" 3>&-
  ) </dev/null >"$run/out" 2>"$run/err" || status=$?
  echo "$status" >"$run/status"
}

# --- judgements ---------------------------------------------------------------------------------

# same NAME: both runs ended with 0 and printed the same, which is not nothing.
same() {
  local run=$BATS_TEST_TMPDIR/$1 kind status
  for kind in libc ox; do
    status=$(<"$run.$kind/status")
    [ "$status" = 0 ] || {
      tail -n 20 "$run.$kind/out" "$run.$kind/err"
      fail "$1: exit status $status on $kind"
    } || return
  done
  [ -s "$run.libc/out" ] || fail "$1: no output to compare" || return
  equal "$run.libc/out" "$run.ox/out" && equal "$run.libc/err" "$run.ox/err"
}

# same_file NAME FILE: both runs left the same FILE, which is not empty.
same_file() {
  local run=$BATS_TEST_TMPDIR/$1
  [ -s "$run.libc/cwd/$2" ] || fail "$1: no $2 to compare" || return
  equal "$run.libc/cwd/$2" "$run.ox/cwd/$2"
}

# equal EXPECTED ACTUAL
equal() {
  cmp -s "$1" "$2" && return
  diff -u "$1" "$2" | cut -c 1-200 | head -n 40
  fail "differs: $2"
}

# clean NAME: the library reported nothing, and nothing crashed.
clean() {
  local run=$BATS_TEST_TMPDIR/$1.ox status cores
  status=$(<"$run/status")
  [ "$status" -lt 124 ] || fail "$1: exit status $status (a signal, or out of time)" || return
  silent "$run/out" "$run/err" || return
  cores=$(find "$run/cwd" -type f \( -name core -o -name 'core.[0-9]*' \))
  [ -z "$cores" ] || fail "$1: crashed, core in $cores"
}

# silent FILE...: no line of the library's own.
silent() {
  ! grep -H '^oxidalloc:' "$@" || fail "the library reported the above"
}

# bound NAME PROGRAM...: each PROGRAM ran in NAME, and in every process of the run the loader bound
# malloc to the library alone. A look at the mappings would not do: a program that brings a malloc of
# its own passes it without ever calling ours.
bound() {
  local name=$1 program run=$BATS_TEST_TMPDIR/$1.ox
  shift
  compgen -G "$run/trace/*" >/dev/null || fail "$name: no process was traced" || return
  for program; do
    awk -v lib="$OX_LIB" -v wanted="$program" '
      function end_image(    file) {
        for (file in strays) if (!(file == image && own)) {
          print "malloc of " strays[file] " bound to " file " in " image
          wrong++
        }
        # A way through the executable is no stray where the executable itself is bound to the
        # library: at a fixed address (ET_EXEC) its PLT entry stands for the function.
        delete strays
        own = 0
      }
      # A preloaded library is the first file that a new program image asks for.
      FNR == 1 { end_image(); image = "" }
      index($0, "file=" lib " [") && /needed by/ {
        end_image()
        image = $0; sub(/.*needed by /, "", image); sub(/ \[.*/, "", image)
        name = image; sub(/.*\//, "", name)
        if (name == wanted) images++
      }
      /binding file .*symbol `malloc\47/ {
        from = $0; sub(/.*binding file /, "", from); sub(/ \[.*/, "", from)
        to = $0; sub(/.* to /, "", to); sub(/ \[.*/, "", to)
        if (from == lib) next
        if (to != lib) strays[to] = from
        else {
          if (from == image) own = 1
          if (name == wanted && from !~ /\/(ld-linux|libc\.so)/) calls++
        }
      }
      END {
        end_image()
        if (!images) print wanted " never ran on " lib
        else if (!calls) print wanted " never bound malloc to " lib
        exit !(images && calls && !wrong)
      }' "$run"/trace/* || fail "$name: $program did not run on the library" || return
  done
}

# serves MAPS: the library is in those mappings, and does not hand the requests on to libc: the heap
# that libc grows with brk stayed small, though the process asked for much more in small blocks.
serves() {
  grep -qF " $OX_LIB" "$1" || fail "$1 does not show $OX_LIB" || return
  brk_is_small "$1" || fail "libc served the requests: $(grep -F '[heap]' "$1")"
}

brk_is_small() {
  local range
  range=$(grep -F '[heap]' "$1" | cut -d ' ' -f 1) || return 0
  [ $((0x${range#*-} - 0x${range%-*})) -lt $((4 << 20)) ]
}

# served NAME: of the cwd/maps that the run's program left when it had most, on both sides: on libc
# the heap must have grown, or the look at ours would prove nothing.
served() {
  serves "$BATS_TEST_TMPDIR/$1.ox/cwd/maps" || return
  ! brk_is_small "$BATS_TEST_TMPDIR/$1.libc/cwd/maps" || fail "$1: too little allocated to tell"
}

# mapped PID: the library is in that live process.
mapped() {
  grep -qF " $OX_LIB" "/proc/$1/maps" || fail "process $1 does not map $OX_LIB"
}

# agrees NAME PROGRAM...: all of it, for a program whose whole output can be compared.
agrees() {
  same "$1" && clean "$1" && bound "$@"
}
