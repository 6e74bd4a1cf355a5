# OX_PROFILE: a heap profile that the common readers understand, and that is true. tests/insight/src/leak.cpp leaks
# 32 MiB in small and 32 MiB in large blocks on lines that are marked, per thread, and much more on lines that do not
# leak. Sampling is random: with some 64 samples of a line, its estimate is off by more than half once in 10^4.
load ../preload/helper

leak=$OX_PROGRAMS/leak
profile=$BATS_TEST_TMPDIR/leak.heap

need() {
  command -v "$1" >/dev/null && return
  [ "${CI:-}" != true ] || { echo "missing: $1"; return 1; }
  skip "no $1"
}

# profiled SETTING COMMAND...: not with on_ox alone, whose own program would write its profile there last.
profiled() {
  local setting=$1
  shift
  on_ox env OX_PROFILE="$setting" "$@"
}

line_of() { grep -n "// $1" "$OX_SOURCE/tests/insight/src/leak.cpp" | cut -d: -f1; }

# mib FILE LINE: MiB that the reader's text (with --lines, in MB) gives to this line itself.
mib() { awk -v at="leak.cpp:$2" 'index($0, at) && !found { print int($1); found = 1 } END { if (!found) print 0 }' "$1"; }

# near THREADS TEXT: the leaking lines have about 32 MiB per thread, the others next to nothing.
near() {
  local want=$((32 * $1)) small large
  cat "$2"
  small=$(mib "$2" "$(line_of 'leak: small')")
  large=$(mib "$2" "$(line_of 'leak: large')")
  echo "$small and $large MiB of $want"
  [ "$small" -ge $((want / 2)) ] && [ "$small" -le $((want * 3 / 2)) ]
  [ "$large" -eq "$want" ]
  [ "$(mib "$2" "$(line_of 'no leak: small')")" -le 1 ]
  [ "$(mib "$2" "$(line_of 'no leak: large')")" -le 1 ]
}

read_with() { "$@" --text --lines "$leak" "$profile" 2>/dev/null >"$BATS_TEST_TMPDIR/text"; }

@test "google-pprof finds the leaking lines, and how much each leaks" {
  need google-pprof
  profiled "$profile" "$leak"
  read_with google-pprof
  near 1 "$BATS_TEST_TMPDIR/text"
}

@test "jeprof reads the same" {
  need jeprof
  profiled "$profile" "$leak"
  read_with jeprof
  near 1 "$BATS_TEST_TMPDIR/text"
}

@test "threads: each counts, and what ended threads leaked stays" {
  need google-pprof
  profiled "$profile" "$leak" 4
  read_with google-pprof
  near 4 "$BATS_TEST_TMPDIR/text"
}

@test "--alloc_space tells all that was allocated, freed or not" {
  need google-pprof
  profiled "$profile" "$leak"
  read_with google-pprof --alloc_space
  cat "$BATS_TEST_TMPDIR/text"
  [ "$(mib "$BATS_TEST_TMPDIR/text" "$(line_of 'no leak: grown')")" -ge 800 ]
}

@test "at a rate of 1 byte every block is in it" {
  profiled "$profile:1" "$leak"
  head -n 3 "$profile"
  # 8 times 10,486 small blocks (the last reaches past 4 MiB) and 8 large ones.
  awk '$1 == "83888:" && $2 == 83888 * 400 { small = 1 } $1 == "8:" && $2 == 8 * 4194304 { large = 1 } END { exit !(small && large) }' "$profile"
}

@test "oxidalloc-run --profile, with a rate; the file is whole or not there" {
  [ -x "$OX_BUILD/bin/oxidalloc-run" ] || skip "the tools are not built"
  "$OX_BUILD/bin/oxidalloc-run" --library "$OX_LIB" --profile "$profile:64K" "$leak"
  grep -q '^heap profile: .* heap_v2/65536$' "$profile"
  grep -q '^MAPPED_LIBRARIES:$' "$profile"
  grep -q "r-xp .*${leak##*/}$" "$profile"
  [ "$(ls "$BATS_TEST_TMPDIR"/leak.heap*)" = "$profile" ]
}

@test "%p is the process's number: each process writes its own, a fork's child too" {
  cd "$BATS_TEST_TMPDIR"
  profiled "$PWD/p.%p" /usr/bin/python3 -E -S -c '
import os, subprocess, sys
held = ["x" * 100000 for i in range(200)]
child = os.fork()
if child == 0:
    held = None
    sys.exit()
os.waitpid(child, 0)
os.chdir("/")
subprocess.run(["/bin/true"])'
  ls
  [ "$(find . -name 'p.*' | wc -l)" -eq 3 ]
  for file in p.*; do grep -q '^heap profile: ' "$file"; done
}

@test "a relative name is one of the directory in which the program started" {
  cd "$BATS_TEST_TMPDIR"
  profiled here.heap /usr/bin/python3 -E -S -c 'import os; os.chdir("/")'
  [ -s here.heap ]
}

@test "a name with a colon that is followed by no rate; a file that cannot be written" {
  profiled "$profile:x" "$leak"
  [ -s "$profile:x" ]
  profiled /proc/none/p "$leak"
}

@test "off, and in a process that is not served, there is no profile" {
  OX_DISABLE=1 profiled "$profile" "$leak"
  [ ! -e "$profile" ]
}
