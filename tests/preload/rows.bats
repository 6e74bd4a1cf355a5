# docs/COMPATIBILITY.md and the suites belong together: 22 rows, each with a suite named after it that the row
# links to; and every link leads to a file, every function named beside it stands in it.

setup() { document=$OX_SOURCE/docs/COMPATIBILITY.md; }

@test "each row links to the suite named after it, and has tests named after it" {
  for row in $(seq 1 22); do
    line=$(grep "^| $row |" "$document")
    name=$(printf 'row%02d' "$row")
    suites=("$OX_SOURCE"/tests/preload/"$name"_*.bats)
    [ "${#suites[@]}" -eq 1 ] && [ -f "${suites[0]}" ] || { echo "$name: ${suites[*]}"; return 1; }
    [[ "$line" == *"[$name](../tests/preload/${suites[0]##*/})"* ]] || { echo "no link to ${suites[0]}"; return 1; }
    tests=$(grep -c '^@test ' "${suites[0]}")
    [ "$tests" -ge 2 ] && [ "$(grep -c "^@test \"row $row: " "${suites[0]}")" -eq "$tests" ] ||
      { echo "$name: tests that are not named after the row"; return 1; }
  done
  [ "$(grep -cE '^\| [0-9]+ \|' "$document")" -eq 22 ]
}

@test "every link leads to a file, and what is named behind it stands there" {
  [ "$(grep -oE '\]\(\.\./[^)]*\)' "$document" | wc -l)" -ge 40 ]
  while read -r link; do
    [ -f "$OX_SOURCE/docs/$link" ] || { echo "no such file: $link"; return 1; }
  done < <(grep -oE '\]\(\.\./[^)]*\)' "$document" | sed 's/^](//; s/)$//')
  while IFS=' ' read -r link names; do
    for name in $names; do
      grep -qw -- "$name" "$OX_SOURCE/docs/$link" || { echo "$link has no $name"; return 1; }
    done
  done < <(grep -oE '\]\(\.\./src/[^)]*\)(, `[A-Za-z_]+`)+' "$document" | sed -E 's/^\]\(([^)]*)\)/\1/; s/, `([a-zA-Z_]+)`/ \1/g')
}
