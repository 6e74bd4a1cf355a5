# sqlite3: a million rows inserted, indexed, joined, changed and vacuumed; its file is sound and byte for byte libc's.
load ../lib/compat

@test "a million rows: equal results, an equal file, sound by its own check" {
  program SQLite sqlite3 sqlite3 --version
  on_both million sqlite3 -batch -bail million.db ".read /mnt/source/tests/programs/sqlite_million.sql"
  same million
  same_file million million.db
  [ "$(grep -cx 'ok' "$BATS_TEST_TMPDIR/million.ox/out")" = 2 ]
  sound million
  ran million ours sqlite3
  reached million
}
