#include "os/memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ox::os {
namespace {

constexpr size_t kBytes = size_t{1} << 20;

bool all_are(const char* start, size_t size, char value) {
  return start[0] == value && std::memcmp(start, start + 1, size - 1) == 0;
}

// The number of pages in memory.
size_t resident_pages(void* start, size_t size) {
  unsigned char flags[kBytes / 4096 + 1] = {};
  EXPECT_EQ(mincore(start, size, flags), 0);
  size_t count = 0;
  for (size_t i = 0; i < size / page_size(); ++i) count += flags[i] & 1;
  return count;
}

// A mapping for one test.
class Memory : public testing::Test {
 protected:
  void SetUp() override {
    start_ = static_cast<char*>(map(kBytes));
    ASSERT_NE(start_, nullptr);
    errno = kErrno;
  }
  void TearDown() override {
    EXPECT_EQ(errno, kErrno);  // none of these functions touches it
    unmap(start_, kBytes);
    inject_failure(0, 0);
  }
  static constexpr int kErrno = 12345;
  char* start_ = nullptr;
};

TEST_F(Memory, PageSizeIsTheKernels) {
  EXPECT_EQ(page_size(), static_cast<size_t>(sysconf(_SC_PAGESIZE)));
}

TEST_F(Memory, MappedMemoryIsZeroAndWritable) {
  EXPECT_TRUE(all_are(start_, kBytes, 0));
  std::memset(start_, 1, kBytes);
  EXPECT_TRUE(all_are(start_, kBytes, 1));
}

TEST_F(Memory, ReservedMemoryIsUsableOnceCommitted) {
  auto* reserved = static_cast<char*>(reserve(kBytes));
  ASSERT_NE(reserved, nullptr);
  EXPECT_DEATH(reserved[0] = 1, "");
  ASSERT_TRUE(commit(reserved, page_size()));
  reserved[page_size() - 1] = 1;
  EXPECT_DEATH(reserved[page_size()] = 1, "");
  unmap(reserved, kBytes);
  EXPECT_DEATH(reserved[0] = 1, "");
}

TEST_F(Memory, ReservingCostsNoMemory) {
  constexpr size_t kMuch = size_t{64} << 30;
  void* reserved = reserve(kMuch);
  ASSERT_NE(reserved, nullptr);
  EXPECT_EQ(resident_pages(reserved, kBytes), 0u);
  unmap(reserved, kMuch);
}

TEST_F(Memory, PurgedMemoryIsGoneAndZero) {
  std::memset(start_, 1, kBytes);
  EXPECT_EQ(resident_pages(start_, kBytes), kBytes / page_size());
  ASSERT_TRUE(purge(start_ + page_size(), kBytes - page_size()));
  EXPECT_EQ(resident_pages(start_, kBytes), 1u);
  EXPECT_TRUE(all_are(start_, page_size(), 1));
  EXPECT_TRUE(all_are(start_ + page_size(), kBytes - page_size(), 0));
}

TEST_F(Memory, LockedMemoryIsNotPurged) {
  // Not libc's mlock(), which sanitizers make do nothing.
  ASSERT_EQ(syscall(SYS_mlock, start_, page_size()), 0);
  start_[0] = 1;
  EXPECT_FALSE(purge(start_, page_size()));
  EXPECT_EQ(start_[0], 1);
  syscall(SYS_munlock, start_, page_size());
}

TEST_F(Memory, MovedPagesTakeTheirContentAlong) {
  std::memset(start_, 1, kBytes);
  auto* to = static_cast<char*>(map(kBytes));
  std::memset(to, 2, kBytes);
  if (move_pages(start_, to, kBytes) != Move::Done) GTEST_SKIP() << "the kernel cannot";
  EXPECT_TRUE(all_are(to, kBytes, 1));
  EXPECT_TRUE(all_are(start_, kBytes, 0));  // still mapped
  start_[0] = 3;
  EXPECT_EQ(to[0], 1);
  unmap(to, kBytes);
}

// `count` ranges, each moved to `place` from elsewhere: mappings of their own. False: the kernel
// cannot.
bool fill_with_mappings(char* place, size_t count, int value) {
  const size_t size = kBytes / count;
  for (size_t i = 0; i < count; ++i) {
    auto* piece = static_cast<char*>(map(size));
    std::memset(piece, value, size);  // pages that were never touched join those beside them
    const bool done = move_pages(piece, place + i * size, size) == Move::Done;
    unmap(piece, size);
    if (!done) return false;
  }
  return true;
}

TEST_F(Memory, PagesOfSeveralMappingsMoveToo) {
  auto* to = static_cast<char*>(map(kBytes));
  if (!fill_with_mappings(start_, 4, 3)) GTEST_SKIP() << "the kernel cannot";
  EXPECT_EQ(move_pages(start_, to, kBytes), Move::Done);
  EXPECT_TRUE(all_are(to, kBytes, 3));
  EXPECT_EQ(resident_pages(start_, kBytes), 0u);  // none was copied
  std::memset(start_, 4, kBytes);
  EXPECT_TRUE(all_are(to, kBytes, 3));
  unmap(to, kBytes);
}

TEST_F(Memory, OfManyMappingsTheLastAreCopied) {
  auto* to = static_cast<char*>(map(kBytes));
  if (!fill_with_mappings(start_, 8, 3)) GTEST_SKIP() << "the kernel cannot";
  EXPECT_EQ(move_pages(start_, to, kBytes), Move::Done);
  EXPECT_TRUE(all_are(to, kBytes, 3));
  EXPECT_LE(resident_pages(start_, kBytes), kBytes / page_size() / 2);
  unmap(to, kBytes);
}

TEST_F(Memory, AMoveThatFailsInTheMiddleIsUndone) {
  auto* to = static_cast<char*>(map(kBytes));
  if (!fill_with_mappings(start_, 2, 3)) GTEST_SKIP() << "the kernel cannot";
  inject_failure(3, 2);  // the second piece's move, and the attempt to have its place back
  EXPECT_EQ(move_pages(start_, to, kBytes), Move::Lost);
  EXPECT_TRUE(all_are(start_, kBytes, 3));
  unmap(to, kBytes);
}

// The kernel has unmapped the place when it finds that address space is short.
void move_without_address_space(char* from) {
  std::memset(from, 1, kBytes);
  auto* to = static_cast<char*>(map(kBytes));
  const rlimit limit{mapped_bytes() - page_size(), RLIM_INFINITY};
  if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(2);
  const Move result = move_pages(from, to, kBytes);
  _exit(result == Move::Lost && all_are(from, kBytes, 1) ? 0 : 1);
}

TEST_F(Memory, AMoveThatFailsLateSaysSo) {
  auto* to = static_cast<char*>(map(kBytes));
  const bool can = move_pages(start_, to, kBytes) == Move::Done;
  unmap(to, kBytes);
  if (!can) GTEST_SKIP() << "the kernel cannot";
  EXPECT_EXIT(move_without_address_space(start_), testing::ExitedWithCode(0), "");
}

TEST_F(Memory, RenewedMemoryIsZeroAndWritable) {
  std::memset(start_, 1, kBytes);
  ASSERT_TRUE(renew(start_, kBytes));
  EXPECT_TRUE(all_are(start_, kBytes, 0));
  start_[0] = 1;
}

TEST_F(Memory, ImpossibleRequestsFail) {
  EXPECT_EQ(reserve(size_t{1} << 60), nullptr);
  EXPECT_EQ(map(size_t{1} << 60), nullptr);
}

TEST_F(Memory, InjectedFailureHitsTheNthCallAndThoseBehindIt) {
  inject_failure(2, 2);
  EXPECT_TRUE(commit(start_, kBytes));
  EXPECT_EQ(map(kBytes), nullptr);
  EXPECT_FALSE(purge(start_, kBytes));
  EXPECT_TRUE(purge(start_, kBytes));
  EXPECT_EQ(calls_made(), 4u);
}

TEST_F(Memory, EveryCallCanBeMadeToFailAndChangesNothingThen) {
  start_[0] = 1;
  inject_failure(1, ~0u);
  EXPECT_EQ(reserve(kBytes), nullptr);
  EXPECT_EQ(map(kBytes), nullptr);
  EXPECT_FALSE(commit(start_, kBytes));
  EXPECT_FALSE(purge(start_, kBytes));
  EXPECT_EQ(move_pages(start_, start_ + kBytes / 2, kBytes / 2), Move::Refused);
  EXPECT_FALSE(renew(start_, kBytes));
  EXPECT_EQ(start_[0], 1);
}

}  // namespace
}  // namespace ox::os
