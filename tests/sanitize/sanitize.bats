# The unit tests once more, the allocator linked statically, under ASan + UBSan and under TSan.

# unit_tests_under SANITIZERS [FILTER]
# The allocator's sources are compiled several as one: most of their time goes into headers.
# Tests that start themselves anew leave a page of "passed" for each start: what matters is shown last.
unit_tests_under() {
  local log=$BATS_TEST_TMPDIR/log
  cmake -S "$OX_SOURCE" -B "$BATS_TEST_TMPDIR/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g1" -DOXIDALLOC_SANITIZE="$1" -DCMAKE_UNITY_BUILD=ON
  cmake --build "$BATS_TEST_TMPDIR/build" -j2 --target oxidalloc_unit_tests
  "$BATS_TEST_TMPDIR/build/bin/oxidalloc_unit_tests" --gtest_brief=1 --gtest_filter="${2:-*}" >"$log" 2>&1 || {
    grep -vE '^$|^Running main|1 test from 1 test suite|PASSED  \] 1 test|WARNING. .*death-test' "$log" | tail -n 100
    return 1
  }
}

@test "unit tests are clean under ASan and UBSan" { unit_tests_under address,undefined; }

# What the kernel refuses, and reports of misuse for each class, are a matter of one thread at a time, and take much of the
# time: under ASan alone. What threads do to each other's blocks is not among them.
@test "unit tests are clean under TSan" {
  if [ "${OX_HEAVY:-}" = 1 ]; then
    unit_tests_under thread
  else
    unit_tests_under thread '-OutOfMemory.*:All/*Classes.*AreReported/*:All/*Classes.*IsReported/*'
  fi
}
