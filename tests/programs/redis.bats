# redis-server on the library: it stands a bounded redis-benchmark, and then holds exactly the data
# that a server on libc holds, through a save in a forked child and a reload. DEBUG DIGEST hashes
# every key and value, so equal digests are equal contents.
# Debian's server is linked with jemalloc: preloaded, the library comes first, and the trace shows it.

load helper

setup() {
  require redis-server redis-cli redis-benchmark awk
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  [ -z "${server:-}" ] || kill -KILL "$server" 2>/dev/null || true
}

# serve libc|ox: a server of its own in $kind/, on a socket there; sets server to its process.
serve() {
  kind=$1
  mkdir -p "$kind/trace"
  local preload=(-u LD_PRELOAD)
  [ "$kind" = libc ] ||
    preload=(LD_PRELOAD="$OX_LIB" "LD_DEBUG=files,bindings" LD_DEBUG_OUTPUT="$PWD/$kind/trace/process")
  env "${preload[@]}" redis-server --port 0 --unixsocket "$PWD/$kind/socket" --dir "$PWD/$kind" \
    --save '' --appendonly no --enable-debug-command yes --daemonize no \
    </dev/null >"$kind/out" 2>"$kind/err" 3>&- &
  server=$!
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    [ "$(ask ping 2>/dev/null)" = PONG ] && return
    sleep 0.1
  done
  tail -n 20 "$kind/out" "$kind/err"
  fail "the server on $kind does not answer"
}

ask() { timeout 60 redis-cli -s "$PWD/$kind/socket" "$@"; }

# stop: the server saves nothing, ends by itself, with 0, having reported nothing.
stop() {
  local status=0
  ask shutdown nosave
  wait "$server" || status=$?
  server=
  [ "$status" = 0 ] && ! grep -E 'BUG REPORT|crashed by signal' "$kind/out" ||
    { tail -n 40 "$kind/out"; fail "the server on $kind ended with $status"; } || return
  silent "$kind/out" "$kind/err"
}

# Writes what the two servers must agree on to $kind/answers.
work() {
  awk -f "$BATS_TEST_DIRNAME/redis_load.awk" | ask >"$kind/answers"
  {
    ask dbsize
    ask debug digest
    ask bgsave >&2
    local tries
    for ((tries = 0; tries < 300; tries++)); do
      ask info persistence | grep -q 'rdb_bgsave_in_progress:0' && break
      sleep 0.1
    done
    ask info persistence | tr -d '\r' | grep 'rdb_last_bgsave_status'
    ask debug reload
    ask dbsize
    ask debug digest
    ask lrange list7 0 20
    ask hget hash3 field40
    ask get string77
  } >>"$kind/answers"
}

@test "redis: redis-benchmark runs through, server and client on the library" {
  serve ox
  mapped "$server"
  mkdir -p bench/trace
  local status=0
  timeout 200 env LD_PRELOAD="$OX_LIB" \
    LD_DEBUG=files,bindings LD_DEBUG_OUTPUT="$PWD/bench/trace/process" \
    redis-benchmark -s "$PWD/ox/socket" -n 20000 -r 5000 -c 50 -d 200 --csv \
    -t set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,mset \
    </dev/null >bench/out 2>bench/err 3>&- || status=$?
  [ "$status" = 0 ] || { cat bench/out bench/err; fail "redis-benchmark: exit status $status"; }
  [ "$(grep -c '^"' bench/out)" -ge 15 ]  # a heading and a line per kind of request
  silent bench/out bench/err

  cat "/proc/$server/maps" >maps
  serves maps
  ask info all | tr -d '\r' >info
  grep -qx 'total_error_replies:0' info
  awk -F: '$1 == "total_commands_processed" { enough = ($2 >= 280000) } END { exit !enough }' info
  [ "$(ask dbsize)" -gt 1000 ]
  ask flushall >flushed
  [ "$(ask dbsize)" = 0 ]
  stop
  mv ox serve.ox && mv bench bench.ox
  bound serve redis-server
  bound bench redis-benchmark
}

@test "redis: the keys and their contents are libc's, after a save and a reload too" {
  serve libc
  work
  stop
  serve ox
  mapped "$server"
  work
  cat "/proc/$server/maps" >maps
  serves maps
  stop
  equal libc/answers ox/answers
  [ "$(wc -l <ox/answers)" -gt 20000 ]
  grep -qx 'rdb_last_bgsave_status:ok' ox/answers
  # The digest before the reload and after: the same, and not that of an empty server.
  [ "$(grep -xE '[0-9a-f]{40}' ox/answers | sort -u | grep -vc '^0*$')" = 1 ]
  [ "$(grep -cxE '[0-9a-f]{40}' ox/answers)" = 2 ]
  mv ox serve.ox
  bound serve redis-server
}
