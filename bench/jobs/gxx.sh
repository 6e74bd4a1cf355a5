#!/bin/sh
# A job: g++ compiles a file of the standard library's heavier headers. Exit status 77: no g++.
set -eu
command -v g++ >/dev/null || { echo "g++ is not installed" >&2; exit 77; }
exec g++ -std=c++20 -O1 -S -o /dev/null "$(dirname "$0")/inputs/compile.cpp"
