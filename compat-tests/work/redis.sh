#!/usr/bin/env bash
# A Redis server of its own: many kinds of values, a bounded benchmark, a save in a forked child, a reload, scripts.
set -euo pipefail

redis-server --port 0 --unixsocket "$PWD/socket" --dir "$PWD" --save '' --appendonly no --enable-debug-command yes \
  --daemonize no >&2 &
server=$!
ask() { redis-cli -s "$PWD/socket" "$@"; }
for ((tries = 0; tries < 100; tries++)); do [[ $(ask ping 2>/dev/null) != PONG ]] || break; sleep 0.1; done
awk -f /mnt/source/tests/programs/redis_load.awk | ask | md5sum
ask eval 'local sum = 0 for i = 1, 200000 do sum = sum + #tostring(i) end return sum' 0
ask dbsize
ask debug digest
ask bgsave >&2
for ((tries = 0; tries < 300; tries++)); do
  ! ask info persistence | grep -q 'rdb_bgsave_in_progress:0' || break
  sleep 0.1
done
ask info persistence | tr -d '\r' | grep rdb_last_bgsave_status
ask debug reload
ask debug digest
redis-benchmark -s "$PWD/socket" -n 10000 -r 3000 -c 40 -d 200 --csv -t set,get,lpush,lpop,sadd,hset,zadd,mset | grep -c '^"'
ask info errorstats | tr -d '\r' | grep '^errorstat' || true
ask flushall
ask shutdown nosave
wait "$server"
