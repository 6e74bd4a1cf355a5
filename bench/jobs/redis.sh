#!/bin/sh
# A job: redis under load over a unix socket. Only the server runs on the allocator under test; it is
# the process whose peak RSS is largest. Exit status 77: not installed.
set -eu
for tool in redis-server redis-benchmark redis-cli; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 77; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
redis-server --port 0 --unixsocket "$dir/socket" --save '' --appendonly no --dir "$dir" \
  --daemonize no --loglevel warning >"$dir/log" 2>&1 &
server=$!
unset LD_PRELOAD
tries=0
while [ ! -S "$dir/socket" ] && [ $tries -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
load() { redis-benchmark -s "$dir/socket" -q -P 16 "$@" >/dev/null; }
load -r 100000 -n 400000 -d 100 -t set,get
load -r 20000 -n 200000 -d 24 -t lpush,sadd,hset,zadd
load -r 100000 -n 100000 -d 900 -t set
redis-cli -s "$dir/socket" flushall >/dev/null
load -r 100000 -n 100000 -d 300 -t set
redis-cli -s "$dir/socket" shutdown nosave >/dev/null 2>&1 || true
wait "$server" || true
