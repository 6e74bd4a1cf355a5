# C and C++ is formatted as .clang-format says. unformatted.txt names the files that were not when this test came; it
# only ever becomes shorter: a file on it that is formatted by now, or gone, must be taken off.

@test "C and C++ is formatted: scripts/format.sh" {
  command -v clang-format >/dev/null || { [ "${CI:-}" != true ] && skip "no clang-format"; }
  [[ $(clang-format --version) == *"version 14."* ]] || skip "versions of clang-format differ; this is not 14"
  cd "$OX_SOURCE"
  diff tests/lint/unformatted.txt <(scripts/format.sh --check || true)
}
