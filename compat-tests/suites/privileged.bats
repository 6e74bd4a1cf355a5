# Set-user-id programs: sudo and su. In them the library reads no environment; by LD_PRELOAD it does not get into them.
load ../lib/compat

setup() { as_user; }

@test "sudo: to root and back, many times, its rules" {
  program sudo sudo sudo --version
  (umask 277 && echo 'compat ALL=(root, compat) NOPASSWD: ALL' >/etc/sudoers.d/compat)
  on_both job "$OX_WORK/privileged.sh" sudo
  sound job
  same_output job
  grep -qx root "$BATS_TEST_TMPDIR/job.ox/out"
  ! grep 'more than it may' "$BATS_TEST_TMPDIR/job.ox/out" || fail "a user became another without a rule"
  behind job sudo
  reached job sudo dash sleep sort seq md5sum
}

@test "su: to root with the password, not without" {
  program su su su --version
  echo 'root:for the test' | chpasswd # in the private system
  on_both job "$OX_WORK/privileged.sh" su
  sound job
  same_output job
  grep -qx root "$BATS_TEST_TMPDIR/job.ox/out"
  ! grep 'without the password' "$BATS_TEST_TMPDIR/job.ox/out" || fail "a user became root without the password"
  behind job su
  reached job su bash sleep sort seq md5sum
}
