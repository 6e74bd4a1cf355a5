# Sandboxes and containers: bubblewrap's, which see the library in the machine's /usr; and a system of its own without it.
load ../lib/compat
load ../lib/roots

setup_file() { plain_root bookworm bookworm "--include=$matrix_programs"; }

@test "bubblewrap: namespaces, a filter of system calls, eight at once, one inside another" {
  program bubblewrap bwrap bwrap --version
  as_user
  on_both sandbox "$OX_WORK/sandbox.sh"
  sound sandbox
  same_output sandbox
  grep -qx 'inside of inside' "$BATS_TEST_TMPDIR/sandbox.ox/out"
  ! grep 'ld.so' "$BATS_TEST_TMPDIR/sandbox.ox/err" || fail "the loader complained"
  ran sandbox ours bwrap perl dash
  reached sandbox
}

@test "a container with no library inside: its programs run on libc, the loader is silent" {
  tested="container without the library"
  [ -d /mnt/roots/plain-bookworm/usr ] || missing "the root bookworm (--install makes it)"
  on_both container "$OX_WORK/container.sh" /mnt/roots/plain-bookworm
  sound container
  same container
  ! grep 'ld.so' "$BATS_TEST_TMPDIR/container.ox/out" || fail "the loader complained"
  ran container ours unshare
  told container.ox '.processes[] | select(.state == "untouched") | .name' | grep -qx sleep || fail "nothing ran without it"
}
