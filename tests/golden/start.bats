# Instructions that the library costs a program that hardly allocates, from exec to exit: those of callgrind over the
# whole run, less those of the same run without a library. The loader's work is most of it, so they hold for a kind
# of processor and a glibc; the budget is that of every one.

budget=20000

# instructions [VARIABLE=VALUE]: of the whole run.
instructions() {
  env -i PATH="$PATH" "$@" valgrind --tool=callgrind --callgrind-out-file=/dev/null /bin/sleep 0 2>&1 |
    awk '/Collected/ { print $4; found = 1 } END { exit !found }'
}

setup() {
  command -v valgrind >/dev/null || { [ "${CI:-}" != true ] && skip "no valgrind"; }
  [ "$(uname -m)" = x86_64 ] || skip "the figures are those of x86-64"
}

@test "a start costs 20,000 instructions at most" {
  # At one short path, whatever the build's: its length counts.
  cp "$OX_LIB" "$BATS_TEST_TMPDIR/library.so"
  without=$(instructions)
  with=$(instructions LD_PRELOAD="$BATS_TEST_TMPDIR/library.so")
  echo "without $without, with $with: $((with - without)) more"
  [ $((with - without)) -gt 5000 ] # less cannot be: the library was not there
  [ $((with - without)) -le "$budget" ]
}
