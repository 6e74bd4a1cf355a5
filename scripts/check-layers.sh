#!/usr/bin/env bash
# Checks the layers of src/: base <- os <- span <- heap <- api, and cli and stub beside them.
# A file includes its own folder or those to its left; nobody includes cli. Includes are written from src/
# ("span/region.h"). The kernel's headers and platform #ifs stand in os/ alone.
# usage: scripts/check-layers.sh [SOURCE_DIRECTORY]; prints each violation, fails when there is one.
set -euo pipefail

source_dir=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/src}
declare -A rank=([base]=0 [os]=1 [span]=2 [heap]=3 [api]=4 [cli]=5 [stub]=5)
violations=0

violation() {
  echo "$1: $2" >&2
  violations=$((violations + 1))
}

cd "$source_dir"
while IFS= read -r file; do
  layer=${file%%/*}
  if [[ ! -v rank[$layer] ]]; then
    violation "$file" "'$layer' is not a layer (${!rank[*]})"
    continue
  fi
  while IFS=: read -r number included; do
    target=${included%%/*}
    if [[ $included != */* || ! -v rank[$target] ]]; then
      violation "$file:$number" "\"$included\" must be written from src/, as LAYER/FILE"
    elif ((rank[$target] > rank[$layer])); then
      violation "$file:$number" "$layer/ must not include \"$included\""
    fi
  done < <(sed -nE '/^[[:space:]]*#[[:space:]]*include[[:space:]]*"/{=;s/.*"([^"]*)".*/\1/p}' "$file" | paste -d: - -)
  [[ $layer != os && $layer != cli ]] || continue
  while IFS=: read -r number text; do
    violation "$file:$number" "belongs in os/: $text"
  done < <(grep -nE '^\s*#\s*include\s*<(sys/(mman|syscall|prctl|auxv)|linux/.*|asm/.*)\.h>|^\s*#\s*(el)?if.*__(x86_64|i386|aarch64|arm|riscv|linux|GLIBC)__' "$file" || true)
done < <(find . -mindepth 2 -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.c' -o -name '*.inc' \) -printf '%P\n' | sort)

if ((violations)); then
  echo "$violations violation(s) of the layers" >&2
  exit 1
fi
