# scripts/try.sh: output, input and exit status pass through; the table and the proof of mapping are there.

try() { run "$OX_SOURCE/scripts/try.sh" "$@"; }

@test "the command's stdout is its own, alone" {
  out=$("$OX_SOURCE/scripts/try.sh" echo "two  words" 2>/dev/null)
  [ "$out" = "two  words" ]
}

@test "the exit status passes through" {
  try sh -c 'exit 42'
  [ "$status" -eq 42 ]
  try sh -c 'kill -TERM $$'
  [ "$status" -eq 143 ]
  try /no/such/program
  [ "$status" -eq 127 ]
}

@test "the table and the proof, for the shortest of programs" {
  try true
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"wall time (s)"*"CPU time (s)"*"peak RSS (MiB)"* ]]
  [[ "$output" == *"mapped in /usr/bin/true: "*"/build"*"liboxidalloc.so"* ]]
  [[ "$output" != *"NOT mapped"* && "$output" != *"libc run had"* ]]
}

@test "a command that execs another one is followed" {
  try sh -c 'exec sleep 0.3'
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"mapped in /usr/bin/sleep: "* && "$output" != *note:* ]]
  printf '#!/bin/sh\nexec "$@"\n' >"$BATS_TEST_TMPDIR/wrapper"
  chmod +x "$BATS_TEST_TMPDIR/wrapper"
  gcc -x c -static -o "$BATS_TEST_TMPDIR/static" - <<<'int main(void) { return 3; }'
  try "$BATS_TEST_TMPDIR/wrapper" "$BATS_TEST_TMPDIR/wrapper" "$BATS_TEST_TMPDIR/static"
  echo "$output"
  [ "$status" -eq 3 ]
  [[ "$output" != *note:* ]]
}

@test "a libc run that has the library too is reported" {
  LD_PRELOAD=$OX_LIB try true
  [[ "$output" == *"note: the libc run had the library mapped too"* ]]
}

@test "a program without the library is reported as such" {
  printf 'int main(void) { return 0; }\n' >"$BATS_TEST_TMPDIR/static.c"
  gcc -static -o "$BATS_TEST_TMPDIR/static" "$BATS_TEST_TMPDIR/static.c"
  try "$BATS_TEST_TMPDIR/static"
  [ "$status" -eq 0 ]
  [[ "$output" == *"NOT mapped"* ]]
}

@test "both runs read the same input, from a file and from a pipe" {
  cat >"$BATS_TEST_TMPDIR/count.sh" <<'TXT'
wc -c >>"$1"
TXT
  head -c 200000 /dev/zero >"$BATS_TEST_TMPDIR/input"
  "$OX_SOURCE/scripts/try.sh" sh "$BATS_TEST_TMPDIR/count.sh" "$BATS_TEST_TMPDIR/file" <"$BATS_TEST_TMPDIR/input"
  [ "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/file")" = "200000 200000 " ]
  # shellcheck disable=SC2002
  cat "$BATS_TEST_TMPDIR/input" | "$OX_SOURCE/scripts/try.sh" sh "$BATS_TEST_TMPDIR/count.sh" "$BATS_TEST_TMPDIR/pipe"
  [ "$(tr '\n' ' ' <"$BATS_TEST_TMPDIR/pipe")" = "200000 200000 " ]
}

@test "a pipe that stays open does not hold the script" {
  mkfifo "$BATS_TEST_TMPDIR/open"
  exec 9<>"$BATS_TEST_TMPDIR/open"
  timeout 60 "$OX_SOURCE/scripts/try.sh" true <"$BATS_TEST_TMPDIR/open"
  exec 9>&-
}

@test "input that is saved late, for a command that does not wait for it" {
  mkdir "$BATS_TEST_TMPDIR/bin"
  printf '#!/bin/sh\nsleep 1\nexec /usr/bin/tee "$@"\n' >"$BATS_TEST_TMPDIR/bin/tee"
  chmod +x "$BATS_TEST_TMPDIR/bin/tee"
  echo input | PATH=$BATS_TEST_TMPDIR/bin:$PATH "$OX_SOURCE/scripts/try.sh" true
}

@test "the default job prints the same checksum as on libc" {
  expected=$(/usr/bin/python3 "$OX_SOURCE/bench/jobs/json_job.py")
  out=$("$OX_SOURCE/scripts/try.sh" 2>"$BATS_TEST_TMPDIR/table")
  cat "$BATS_TEST_TMPDIR/table"
  [ "$out" = "$expected" ]
  grep -q '^mapped in /usr/bin/python3' "$BATS_TEST_TMPDIR/table"
}
