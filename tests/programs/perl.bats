# perl on the library: hashes, strings that grow, regular expressions, sorts, closures and forked
# children leave libc's checksums. perl allocates each value by itself, and reallocates all the time.

load helper

@test "perl: a script of hashes, strings, regular expressions and forks prints the same" {
  require perl
  export PERL_HASH_SEED=0
  on_both script perl "$programs/perl_work.pl"
  agrees script perl
  served script
  grep -qx 'end' "$BATS_TEST_TMPDIR/script.ox/out"
}
