#!/usr/bin/env bash
# A dovecot whose processes may have 256 MiB of address space each, as Debian sets it up, and 64 MiB in the second round;
# an IMAP client stores, searches, fetches.
set -euo pipefail

chmod 755 .
mkdir -p mail
chown compat: mail
for limit in 256M 64M; do
  sed -e "s|@HERE@|$PWD|g" -e "s|@LIMIT@|$limit|" "$OX_WORK/dovecot.conf" >dovecot.conf
  dovecot -F -c "$PWD/dovecot.conf" &
  server=$!
  /usr/bin/python3 "$OX_WORK/imap.py" "$limit"
  doveadm -c "$PWD/dovecot.conf" mailbox status -u compat 'messages' INBOX
  kill "$server"
  wait "$server" || true
done
! grep -iE 'fatal|child .*killed with signal|out of memory|panic' log
