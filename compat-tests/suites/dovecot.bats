# Dovecot, whose processes limit their own address space: 256 MiB, then 64; it starts them with an environment of its own.
load ../lib/compat

@test "mail is stored, searched and fetched with an address space of 256 MiB and of 64 MiB" {
  program Dovecot dovecot dovecot --version
  on_both mail "$OX_WORK/dovecot.sh"
  sound mail
  same_output mail
  [ "$(grep -c 'messages=' "$BATS_TEST_TMPDIR/mail.ox/out")" = 2 ]
  ran mail ours dovecot "$(basename "$(realpath /usr/bin/python3)")"
  behind mail imap auth
  reached mail anvil auth config imap imap-login log stats
}
