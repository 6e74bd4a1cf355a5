#!/usr/bin/env bash
# A Windows of its own, made anew, and work in it by Windows programs: a batch file of loops, files, registry.
# usage: wine.sh WINE    the program that runs Windows ones, of 64 or 32 bits
set -euo pipefail

wine=$1
export WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' # no offers to download anything
"$wine" wineboot -i >&2
"$wine" cmd /c ver | tr -d '\r' | grep Windows
cp "$OX_WORK/wine.cmd" work.cmd
"$wine" cmd /c work.cmd | tr -d '\r'
"$wine" wineboot -k >&2 || true
