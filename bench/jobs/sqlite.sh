#!/bin/sh
# A job: sqlite, a million rows inserted, indexed, grouped, updated and deleted in memory. Exit
# status 77: not installed.
set -eu
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed" >&2; exit 77; }
exec sqlite3 :memory: <"$(dirname "$0")/inputs/million_rows.sql"
