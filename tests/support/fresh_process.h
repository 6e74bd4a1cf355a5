// Runs a test in a process of its own, where nothing has used the heap yet: the same executable,
// told to run that one test. Such a test is named DISABLED_..., so that it runs in this way alone.
#pragma once

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace ox::test {

// The wait status; 0: every assertion held.
inline int run_in_fresh_process(const std::string& suite_and_name) {
  std::string filter = "--gtest_filter=" + suite_and_name;
  std::string disabled = "--gtest_also_run_disabled_tests", brief = "--gtest_brief=1";
  char name[] = "fresh_process";
  char* arguments[] = {name, filter.data(), disabled.data(), brief.data(), nullptr};
  pid_t child;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0) return -1;
  int status = -1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace ox::test

// TEST_IN_FRESH_PROCESS(Suite, Name) { ... }
#define TEST_IN_FRESH_PROCESS(suite, name)                                   \
  TEST(suite, name) {                                                        \
    ASSERT_EQ(ox::test::run_in_fresh_process(#suite ".DISABLED_" #name), 0); \
  }                                                                          \
  TEST(suite, DISABLED_##name)
