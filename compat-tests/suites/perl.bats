# Perl: hashes, strings, regular expressions, sorts, evaluated code, forked children.
load ../lib/compat

@test "a script of everything, with forked children: the same checksums" {
  program Perl perl perl --version
  as_user
  on_both script env PERL_HASH_SEED=0 perl /mnt/source/tests/programs/perl_work.pl
  same script
  sound script
  grep -qx end "$BATS_TEST_TMPDIR/script.ox/out"
  ran script ours perl
  reached script
}
