# Small runtimes: Ruby, Lua, Guile (whose collector takes memory by mmap, and the rest from malloc).
load ../lib/compat

setup() { as_user; }

# works NAME PROGRAM COMMAND...: a script comes to libc's checksums.
works() {
  on_both "$1" "${@:3}"
  same "$1"
  sound "$1"
  ran "$1" ours "$2"
  reached "$1"
  grep -q '^end' "$BATS_TEST_TMPDIR/$1.ox/out"
}

@test "Ruby: objects, threads, a collection that compacts, a forked child" {
  program Ruby ruby ruby --version
  works ruby "$(basename "$(realpath "$(command -v ruby)")")" ruby "$OX_WORK/ruby_work.rb"
}

@test "Lua: tables, strings, coroutines, collections" {
  program Lua lua5.4 lua5.4 -v
  works lua lua5.4 lua5.4 "$OX_WORK/lua_work.lua"
}

@test "Guile: big numbers, tables, threads" {
  program Guile guile guile --version
  works guile "$(basename "$(realpath "$(command -v guile)")")" \
    guile --no-auto-compile -s "$OX_WORK/guile_work.scm"
}
