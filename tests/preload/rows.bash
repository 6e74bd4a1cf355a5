# What the suites rowNN_*.bats share. Each proves one row of docs/COMPATIBILITY.md with small programs,
# tests/preload/rows/*.c, built by the suite that runs them: several need a linker flag of their own.
#
# Environment: OX_LIB, the library (an absolute path). OX_CC and OX_CXX, the compilers (cc, c++).
# OX_HEAVY=1: the sizes of the requirement instead of short ones.
# Under CI=true a missing program is a failure, elsewhere a skip.

export LC_ALL=C

fail() {
  printf '%s\n' "$*" >&2
  return 1
}

[ -n "${OX_LIB:-}" ] && [ -f "$OX_LIB" ] || { fail "OX_LIB names no library: '${OX_LIB:-}'"; exit 1; }
OX_LIB=$(realpath "$OX_LIB")
rows=$BATS_TEST_DIRNAME/rows

missing() {
  if [ "${CI:-}" = true ]; then fail "missing: $*"; else skip "missing: $*"; fi
}

# require PROGRAM...
require() {
  local program
  for program; do
    command -v "$program" >/dev/null || missing "$program" || return
  done
}

# Needs root, as in the container where all tests run; elsewhere a skip, under CI=true too: the
# machine's settings are not the tests' to demand.
require_root() { [ "$(id -u)" = 0 ] || skip "needs root"; }

# heavy HEAVY SHORT: a count for this run.
heavy() { if [ "${OX_HEAVY:-}" = 1 ]; then echo "$1"; else echo "$2"; fi; }

# build SOURCE OUTPUT [FLAGS...]: compiles rows/SOURCE to OUTPUT in the suite's directory.
build() {
  local source=$rows/$1 output=$BATS_FILE_TMPDIR/$2 compiler=${OX_CC:-cc}
  shift 2
  [[ $source != *.cpp ]] || compiler=${OX_CXX:-c++}
  mkdir -p "${output%/*}"
  # The compiler may not guess at calls of the allocator: elide or merge them.
  "$compiler" -D_GNU_SOURCE -O1 -g -Wall -Wextra -fno-builtin -pthread -I"$rows" \
    -o "$output" "$source" "$@" -ldl
}

# build_object SOURCE OUTPUT [FLAGS...]: a shared object.
build_object() { build "$@" -shared -fPIC; }

# ox COMMAND...: with the library, in at most RUN_SECONDS (60).
ox() { timeout "${RUN_SECONDS:-60}" env LD_PRELOAD="$OX_LIB" "$@" 3>&-; }
# libc COMMAND...: without it.
libc() { timeout "${RUN_SECONDS:-60}" env -u LD_PRELOAD "$@" 3>&-; }

# passes NAME [ARGUMENTS...]: the program ends with 0 on the library, and the library says nothing.
passes() {
  local name=$1
  shift
  run ox "$BATS_FILE_TMPDIR/$name" "$@"
  echo "$output"
  [ "$status" -eq 0 ] || fail "$name: exit status $status" || return
  no_report
}

# After `run`: the library printed nothing.
no_report() {
  ! grep '^oxidalloc:' <<<"$output" || fail "the library reported the above"
}
