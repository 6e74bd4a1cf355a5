#!/usr/bin/env bash
# A PostgreSQL cluster of its own: a load of concurrent transactions, parallel queries, indexes of all kinds, procedures;
# stopped at once in the middle and recovered; its pages' checksums are right.
set -euo pipefail

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
PATH=$bin:$PATH
export PGHOST=$PWD PGDATABASE=postgres PGDATA=$PWD/data
initdb --auth=trust --data-checksums --no-sync --username=compat --encoding=UTF8 --locale=C >&2
options="-c listen_addresses= -c unix_socket_directories=$PWD -c shared_buffers=32MB"
options+=" -c synchronize_seqscans=off" # else an update begins where a parallel scan was: the dump's order varies
options+=" -c min_parallel_table_scan_size=0 -c parallel_setup_cost=0 -c parallel_tuple_cost=0"
start() { pg_ctl start --wait --log=server.log --options="$options" >&2; }
ask() { psql --quiet --no-align --tuples-only "$@"; }

start
pgbench --initialize --quiet --scale=3 --unlogged-tables 2>&1 | tail -n 1 >&2
pgbench --client=8 --jobs=2 --transactions=200 --no-vacuum >pgbench.log 2>&1
grep -E 'transactions actually|failed transactions' pgbench.log
ask -c 'select (select sum(abalance) from pgbench_accounts) = (select sum(tbalance) from pgbench_tellers)
  and (select sum(abalance) from pgbench_accounts) = (select sum(delta) from pgbench_history)'
ask -f "$OX_WORK/postgresql.sql"
pg_ctl stop --wait --mode=immediate >&2
start
ask -c 'select count(*), md5(string_agg(word, $$,$$ order by word, id)) from words'
pg_dump --table=words | grep -v '^.*restrict ' | md5sum
sleep 1
pg_ctl stop --wait --mode=fast >&2
pg_checksums --check | grep -E 'Bad checksums'
! grep -E 'PANIC|terminated by signal|server process .* exit code [^01]' server.log
