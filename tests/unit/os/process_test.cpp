#include "os/process.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <string>

namespace ox::os {
namespace {

TEST(Process, AuxiliaryValues) {
  EXPECT_EQ(auxiliary_value(AT_PAGESZ), static_cast<unsigned long>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(auxiliary_value(123456), 0u);
  EXPECT_FALSE(is_secure());
}

// A new program's stack: room for texts in `word[40]` and above.
struct Stack {
  unsigned long word[64] = {};

  unsigned long address(int index) const { return reinterpret_cast<unsigned long>(&word[index]); }

  // Arguments, variables and three auxiliary values, from word[start] on.
  void fill(int start, unsigned long arguments, unsigned long variables) {
    int next = start;
    word[next++] = arguments;
    for (unsigned long i = 0; i < arguments; ++i) word[next++] = address(40) + i;
    word[next++] = 0;
    for (unsigned long i = 0; i < variables; ++i) word[next++] = address(50) + i;
    word[next++] = 0;
    for (unsigned long value : {AT_HWCAP, 1, AT_PAGESZ, 4096, AT_NULL, 0}) word[next++] = value;
  }
};

TEST(Process, StartVectorsAreFoundBehindTheArgumentCount) {
  for (unsigned long arguments : {0, 1, 5}) {
    for (unsigned long variables : {0, 1, 7}) {
      if (arguments + variables == 0) continue;
      Stack stack;
      stack.fill(3, arguments, variables);
      const auto found = start_vectors(&stack.word[3]);
      EXPECT_EQ(reinterpret_cast<const unsigned long*>(found.environment),
                &stack.word[3 + 1 + arguments + 1]);
      ASSERT_NE(found.auxiliary, nullptr);
      EXPECT_EQ(found.auxiliary[2], static_cast<unsigned long>(AT_PAGESZ));
    }
  }
}

// The words that an old loader, run as a command, has left below the count.
TEST(Process, StartVectorsAreNotFoundBehindOtherWords) {
  Stack stack;
  stack.fill(6, 2, 3);
  const unsigned long words[][3] = {
      {0, 0, 0},
      {1, stack.address(7), 0},               // an argument count and argv, as a frame keeps them
      {2, stack.address(40), 0},              // a text, but no end of the arguments
      {0x7ffff7fe1fe2, stack.address(6), 1},  // a return address
      {~0ul, ~0ul, ~0ul},
      {3, 0x400000, 0},
  };
  for (const auto& other : words) {
    std::copy(other, other + 3, &stack.word[2]);
    for (int skipped = 2; skipped < 6; ++skipped)
      EXPECT_EQ(start_vectors(&stack.word[skipped]).environment, nullptr) << skipped;
  }
  EXPECT_NE(start_vectors(&stack.word[6]).environment, nullptr);
}

TEST(Process, TheEnvironmentIsThatOfTheStart) {
  EXPECT_EQ(environment(), const_cast<const char* const*>(environ));
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
