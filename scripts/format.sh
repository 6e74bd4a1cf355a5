#!/usr/bin/env bash
# Formats all C and C++ by .clang-format, or, with --check, prints the files that are not formatted and fails.
# usage: scripts/format.sh [--check]
# clang-format's versions differ: OX_CLANG_FORMAT names another than clang-format. The lint test uses version 14.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
format=${OX_CLANG_FORMAT:-clang-format}
mapfile -t files < <(
  find src include bench tests \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' \) \
    -not -path 'bench/jobs/inputs/*' | LC_ALL=C sort
)

if [[ ${1-} != --check ]]; then
  "$format" -i "${files[@]}"
  exit
fi
# All at once: to start the formatter takes longer than to look at a file. Which it is, is asked of each if one is not.
if "$format" --dry-run --Werror "${files[@]}" 2>/dev/null; then exit; fi
for file in "${files[@]}"; do
  "$format" --dry-run --Werror "$file" 2>/dev/null || echo "$file"
done
exit 1
