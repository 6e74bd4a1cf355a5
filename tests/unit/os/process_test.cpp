#include "os/process.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <climits>
#include <string>

namespace ox::os {
namespace {

TEST(Process, AuxiliaryValues) {
  EXPECT_EQ(auxiliary_value(AT_PAGESZ), static_cast<unsigned long>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(auxiliary_value(123456), 0u);
  EXPECT_FALSE(is_secure());
}

TEST(Process, RandomWordsDifferByPurposeAndAreStable) {
  EXPECT_NE(random_word(1), random_word(2));
  EXPECT_EQ(random_word(1), random_word(1));
}

TEST(Process, Identity) {
  EXPECT_EQ(process_id(), getpid());
  char expected[PATH_MAX] = {}, path[PATH_MAX];
  ASSERT_GT(readlink("/proc/self/exe", expected, sizeof expected - 1), 0);
  executable_path(path, sizeof path);
  EXPECT_STREQ(path, expected);
}

TEST(Process, ExecutablePathIsCutToTheBuffer) {
  char path[8];
  executable_path(path, sizeof path);
  EXPECT_EQ(std::string(path).size(), 7u);
  EXPECT_EQ(path[0], '/');
}

}  // namespace
}  // namespace ox::os
