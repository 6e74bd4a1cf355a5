# clang-tidy, and headers that are included and not needed, over the library's layers; scripts/tidy.sh without arguments
# looks at the tools as well, whose libraries take minutes to read, and has clang's analyzer follow every path.

setup() {
  command -v clang-tidy >/dev/null || { [ "${CI:-}" != true ] && skip "no clang-tidy"; }
  [[ $(clang-tidy --version) == *"version 14."* ]] || skip "versions of clang-tidy differ; this is not 14"
  command -v iwyu_tool >/dev/null || { [ "${CI:-}" != true ] && skip "no iwyu_tool"; }
  [ -f "$OX_SOURCE/build/compile_commands.json" ] || { [ "${CI:-}" != true ] && skip "no build in build/"; }
}

@test "clang-tidy and include-what-you-use have nothing to say of the library" {
  cd "$OX_SOURCE"
  mapfile -t files < <(find src/os src/span src/heap src/api -name '*.cpp' | sort)
  [ "${#files[@]}" -ge 40 ]
  OMP_NUM_THREADS=1 scripts/tidy.sh --quick "${files[@]}" # nproc's count: other tests run beside this one
}
