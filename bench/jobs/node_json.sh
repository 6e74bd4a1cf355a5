#!/bin/sh
# A job: node parses, transforms and writes JSON, and copies buffers, which live outside its own
# heap. Exit status 77: not installed.
set -eu
command -v node >/dev/null || { echo "node is not installed" >&2; exit 77; }
exec node "$(dirname "$0")/inputs/json.js"
