# C and C++ is formatted as .clang-format says.

@test "C and C++ is formatted: scripts/format.sh" {
  command -v clang-format >/dev/null || { [ "${CI:-}" != true ] && skip "no clang-format"; }
  [[ $(clang-format --version) == *"version 14."* ]] || skip "versions of clang-format differ; this is not 14"
  cd "$OX_SOURCE"
  scripts/format.sh --check
}
