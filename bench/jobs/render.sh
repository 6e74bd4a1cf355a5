#!/bin/sh
# A job: Ghostscript draws pages of paths, text, shadings and transparency. Exit status 77: not
# installed.
set -eu
command -v gs >/dev/null || { echo "gs (ghostscript) is not installed" >&2; exit 77; }
exec gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=png16m -r110 -sOutputFile=/dev/null \
  "$(dirname "$0")/inputs/pages.ps"
