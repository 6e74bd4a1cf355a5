# shellcheck shell=bash disable=SC2034
# Sourced by the scripts here that print tables: which allocators stand side by side. `names` keeps their
# order, `path` has the library to preload (libc: none). Needs `here` and `build`; usage() is the caller's.
names=(libc oxidalloc)
declare -A path=([libc]='' [oxidalloc]=$build/lib/liboxidalloc.so)
[[ -e ${path[oxidalloc]} ]] || { echo "${0##*/}: no library in $build: cmake -S . -B build && cmake --build build" >&2; exit 1; }

add() {
  if [ -e "$2" ]; then
    names+=("$1")
    path[$1]=$2
  else
    echo "${0##*/}: $1: no such library; left out" >&2
  fi
}

known() { /sbin/ldconfig -p | sed -n "s/^\t$1 (.*=> //p" | head -n 1; }

# [--peers] [NAME=PATH...]: Debian's peers, and what else is named.
add_arguments() {
  local argument
  for argument in "$@"; do
    case $argument in
      --peers)
        add mimalloc-deb "$(known libmimalloc.so.2)"
        add jemalloc-deb "$(known libjemalloc.so.2)"
        add gperftools-deb "$(known libtcmalloc_minimal.so.4)" ;;
      *=*) add "${argument%%=*}" "$(realpath "${argument#*=}")" ;;
      *) usage; exit 2 ;;
    esac
  done
}

# table_head WORD...: the first lines of a Markdown table with a column for each allocator.
table_head() {
  printf '| %s ' "$@" "${names[@]}"
  printf '|\n'
  printf '| --- %.0s' "$@"
  printf '| ---: %.0s' "${names[@]}"
  printf '|\n'
}
