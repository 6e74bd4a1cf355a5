#!/usr/bin/env bash
# Writes what the runs found into the table of docs/COMPATIBILITY.md, between its two markers. A row stays until a
# run of the same test in the same mode replaces it.
# usage: compat-tests/table.sh [RESULTS_DIRECTORY]...   without any: all in build/compat
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
document=$root/docs/COMPATIBILITY.md
(($#)) || set -- "$root"/build/compat/*

# A record as a row. Program, work and mode name the row; a skipped test says nothing about the library.
rows() {
  find "$@" -path '*/selfcheck/*' -prune -o -path '*/records/*.jsonl' -exec cat {} + | jq -r '
    def pair($a; $b; f): if $a and $b then "\($a | f) / \($b | f)" else "" end;
    def cpu: .cpu * 10 | round / 10;
    def mib: .peak_kib / 1024 | round;
    select(.result | startswith("skipped") | not) |
    "| \(.program) | \(.work) | \(.mode) | \(.version) | \(.result) | \(pair(.libc; .ox; cpu)) | \(pair(.libc; .ox; mib)) |"'
}

old_rows() { sed -n '/^<!-- compat-tests: begin/,/^<!-- compat-tests: end/p' "$document" | grep '^|' | tail -n +3 || true; }

merged() {
  { rows "$@" && old_rows; } | awk -F ' *[|] *' '!seen[$2 "|" $3 "|" $4]++' | LC_ALL=C sort -t '|' -k 2,4 -f
}

table=$(mktemp)
trap 'rm -f "$table"' EXIT
{
  printf '\n| program | what is checked | mode | version | result | CPU seconds, libc / ours | peak MiB, libc / ours |\n'
  printf '| --- | --- | --- | --- | --- | --- | --- |\n'
  merged "$@"
  printf '\n'
} >"$table"
sed -i -e "/^<!-- compat-tests: begin/r $table" \
  -e '/^<!-- compat-tests: begin/,/^<!-- compat-tests: end/{/^<!-- compat-tests/!d}' "$document"
