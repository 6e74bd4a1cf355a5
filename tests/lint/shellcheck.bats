# ShellCheck over every shell script and Bats suite, and a head comment in each.

# The scripts that people run; those under tests/ are work for the shells under test.
shell_files() {
  find "$OX_SOURCE/scripts" "$OX_SOURCE/.ci" "$OX_SOURCE/packaging" "$OX_SOURCE/compat-tests" \
    -type f \( -name '*.sh' -o -path '*/.ci/run' \) 2>/dev/null
}

@test "shell scripts are clean under shellcheck" {
  mapfile -t files < <(shell_files)
  [ "${#files[@]}" -ge 5 ]
  cd "$OX_SOURCE"
  shellcheck --external-sources "${files[@]}"
}

@test "Bats suites and their helpers are clean under shellcheck" {
  mapfile -t files < <(find "$OX_SOURCE/tests" "$OX_SOURCE/compat-tests" -name '*.bats' -o -name '*.bash')
  [ "${#files[@]}" -ge 2 ]
  # Bats and the suites that load a helper set and use variables, and call functions, that shellcheck cannot see.
  shellcheck --shell=bats --severity=warning --exclude=SC2030,SC2031,SC2034,SC2154,SC2317 "${files[@]}"
}

@test "every shell script stops at an error" {
  while read -r script; do
    [[ $(head -n 1 "$script") == '#!'*bash ]] || continue # a library, or a piece of a package's sh script: its caller has set it
    grep -q '^set -euo pipefail$' "$script" || { echo "$script lacks set -euo pipefail"; return 1; }
  done < <(shell_files)
}
