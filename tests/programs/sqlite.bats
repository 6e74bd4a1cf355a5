# sqlite3 on the library: a million rows inserted, indexed, joined, changed and vacuumed give the
# results they give on libc, and the database file is sound and the same. SQLite checks its own
# pages (integrity_check), so a stray write shows even where no query looks.

load helper

@test "sqlite3: a script over a million rows gives equal results and an equal file" {
  require sqlite3
  on_both million sqlite3 -batch -bail million.db ".read $programs/sqlite_million.sql"
  agrees million sqlite3
  served million
  same_file million million.db
  grep -qx 'rows|1000000' "$BATS_TEST_TMPDIR/million.ox/out"
  [ "$(grep -cx 'ok' "$BATS_TEST_TMPDIR/million.ox/out")" = 2 ]
}
