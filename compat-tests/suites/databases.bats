# Databases, as servers of an ordinary user's: PostgreSQL, MariaDB, Redis; loaded, interrupted, recovered, checked.
load ../lib/compat

setup() { as_user; }

# serves NAME SERVER CLIENT...: the script of that name comes to libc's answers.
serves() {
  on_both "$1" "$OX_WORK/$1.sh"
  sound "$1"
  same_output "$1"
  ran "$1" ours "${@:2}"
  reached "$1"
}

@test "PostgreSQL: concurrent transactions, parallel queries, an immediate stop, recovery, checksums" {
  program PostgreSQL pg_ctlcluster psql --version
  serves postgresql postgres pgbench
  grep -qx t "$BATS_TEST_TMPDIR/postgresql.ox/out"
  grep -qx 'Bad checksums:  0' "$BATS_TEST_TMPDIR/postgresql.ox/out"
}

@test "MariaDB: queries, six clients at once, killed, recovered, checked" {
  program MariaDB mariadbd mariadbd --version
  serves mariadb mariadbd
  [ "$(grep -c 'check.*OK' "$BATS_TEST_TMPDIR/mariadb.ox/out")" = 3 ]
}

@test "Redis: values of all kinds, a save in a forked child, a reload, a benchmark" {
  program Redis redis-server redis-server --version
  serves redis "$(basename "$(realpath "$(command -v redis-server)")")"
  [ "$(grep -xE '[0-9a-f]{40}' "$BATS_TEST_TMPDIR/redis.ox/out" | sort -u | wc -l)" = 1 ]
}
