#!/usr/bin/env bash
# A MariaDB server of its own: tables of InnoDB and Aria, queries with the same answers, clients at once, killed and
# recovered, checked.
set -euo pipefail

mariadb-install-db --no-defaults --datadir="$PWD/data" --auth-root-authentication-method=normal --skip-test-db >&2
start() {
  mariadbd --no-defaults --datadir="$PWD/data" --socket="$PWD/socket" --pid-file="$PWD/pid" --skip-networking \
    --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=2 >>server.log 2>&1 &
  server=$!
  for ((tries = 0; tries < 300; tries++)); do ! ask -e 'select 1' >/dev/null 2>&1 || return 0; sleep 0.1; done
  return 1
}
ask() { mariadb --no-defaults --socket="$PWD/socket" --user=root --batch --skip-column-names "$@"; }

start
ask <"$OX_WORK/mariadb.sql"
for client in 1 2 3 4 5 6; do
  for ((row = 0; row < 300; row++)); do
    echo "insert into work.log values ($client, $row, repeat(char(97 + $row % 26), $row)); select count(*) from work.words;"
  done | ask work >/dev/null &
  clients+=($!)
done
wait "${clients[@]}"
ask work -e 'select count(*), sum(length(what)), md5(group_concat(length(what) order by client, n)) from log'
kill -KILL "$server" # as if the power had gone
wait "$server" || true
start
ask work -e 'select count(*), sum(id) from words; check table words, pages, log'
mariadb-dump --no-defaults --socket="$PWD/socket" --user=root --skip-dump-date --skip-comments work words | md5sum
sleep 1
kill -TERM "$server"
wait "$server"
! grep -E 'got signal|\[ERROR\]' server.log
