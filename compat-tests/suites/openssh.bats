# OpenSSH: a server as root, logins as a user. The server's process before authentication is under seccomp; a session is
# started with an environment of its own, where LD_PRELOAD does not reach.
load ../lib/compat

@test "logins, ten at once, files both ways, a terminal, a tunnel" {
  program OpenSSH /usr/sbin/sshd ssh -V
  require ssh scp sftp ssh-keygen perl
  version=$(package_version /usr/sbin/sshd)
  on_both login "$OX_WORK/openssh.sh"
  sound login
  same_output login
  grep -qx 'through the tunnel' "$BATS_TEST_TMPDIR/login.ox/out"
  [ "$(grep -cx same "$BATS_TEST_TMPDIR/login.ox/out")" = 2 ]
  ran login ours sshd ssh
  behind login perl
  reached login bash perl sftp-server sleep scp run-parts dash uname
}
