# Manual pages and completions say what the tools' own --help says: no option missing, none invented.

setup() {
  [ -x "$OX_BUILD/bin/oxidalloc" ] || skip "the tools are not built"
}

tools="enable disable status run denylist rescue"

# The long options that `oxidalloc-TOOL [ACTION] --help` lists; those of all actions for the denylist.
options_in_help() {
  local action
  {
    "$OX_BUILD/bin/oxidalloc-$1" --help
    if [ "$1" = denylist ]; then
      for action in add remove list explain compile; do "$OX_BUILD/bin/oxidalloc-$1" $action --help; done
    fi
  } | grep -oE '^ +(-.,)?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

options_in_page() {
  sed 's/\\-/-/g' "$OX_SOURCE"/docs/man/oxidalloc-"$1".[18] |
    awk '/^\.SH/ { in_options = ($2 == "OPTIONS") } in_options && /^\.B/ && previous == ".TP"
         { previous = $0 }' | grep -oE -- '--[a-z-]+' | sort -u
}

@test "each tool's manual page has exactly the options of its --help" {
  for tool in $tools; do
    diff <(options_in_help "$tool") <(options_in_page "$tool") || { echo "of $tool"; return 1; }
  done
}

@test "there is a page for every tool, and every page that is referred to exists" {
  for tool in $tools; do compgen -G "$OX_SOURCE/docs/man/oxidalloc-$tool.[18]"; done
  while read -r name section; do
    [ -f "$OX_SOURCE/docs/man/$name.$section" ] || { echo "$name($section)"; return 1; }
  done < <(sed -nE 's/\\-/-/g; s/^\.BR (oxidalloc[a-z-]*) \(([0-9])\).*/\1 \2/p' "$OX_SOURCE"/docs/man/*)
}

@test "the manual pages are clean under mandoc -T lint" {
  command -v mandoc >/dev/null || skip "no mandoc"
  # The pages carry no date (a build must not depend on the day), and malloc(3) is another package's.
  run bash -c 'mandoc -T lint -W warning "$OX_SOURCE"/docs/man/* | grep -vE "missing date|unreadable"'
  echo "$output"
  [ -z "$output" ]
}

@test "the file names in oxidalloc(7) are the tools' own" {
  for path in /etc/ld.so.preload /run/oxidalloc/ld.so.preload; do
    grep -q "$path" "$OX_SOURCE/docs/man/oxidalloc.7"
    grep -rq "\"$path\"" "$OX_SOURCE/src/cli"
  done
  grep -q '^\.I /usr/$LIB/oxidalloc/liboxidalloc.so' "$OX_SOURCE/docs/man/oxidalloc.7"
  grep -q '"/usr/$LIB/oxidalloc/liboxidalloc.so"' "$OX_SOURCE/src/cli/layout.h"
}

@test "bash offers exactly the options of --help" {
  # shellcheck source=/dev/null
  source "$OX_SOURCE/packaging/completions/oxidalloc.bash"
  for tool in enable disable status run rescue; do
    COMP_WORDS=("oxidalloc-$tool" --) COMP_CWORD=1
    _oxidalloc
    diff <(options_in_help "$tool") <(printf '%s\n' "${COMPREPLY[@]}" | sort) || { echo "of $tool"; return 1; }
    COMP_WORDS=(oxidalloc "$tool" --) COMP_CWORD=2
    _oxidalloc
    diff <(options_in_help "$tool") <(printf '%s\n' "${COMPREPLY[@]}" | sort)
  done
  COMP_WORDS=(oxidalloc-denylist add --re) COMP_CWORD=2
  _oxidalloc
  [ "${COMPREPLY[*]}" = --reason ]
  COMP_WORDS=(oxidalloc-denylist "") COMP_CWORD=1
  _oxidalloc
  [[ " ${COMPREPLY[*]} " == *" explain "* ]]
}

@test "fish offers exactly the options of --help" {
  command -v fish >/dev/null || skip "no fish"
  for tool in enable disable status run rescue; do
    diff <(options_in_help "$tool") <(HOME=$BATS_TEST_TMPDIR fish --no-config -c "
      source $OX_SOURCE/packaging/completions/oxidalloc.fish
      complete -C 'oxidalloc-$tool --'" | cut -f1 | grep -- '^--' | sort -u) || { echo "of $tool"; return 1; }
  done
}

@test "zsh's completion names every option of --help" {
  if command -v zsh >/dev/null; then zsh -n "$OX_SOURCE/packaging/completions/_oxidalloc"; fi
  for tool in $tools; do
    for option in $(options_in_help "$tool"); do
      grep -qF -- "$option" "$OX_SOURCE/packaging/completions/_oxidalloc" || { echo "$tool $option"; return 1; }
    done
  done
}
