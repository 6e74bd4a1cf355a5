// Pages without a block in use, in slabs that have others: that they go back to the system, that
// what is in use stays, and that misuse of the blocks that were there is noticed.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox::heap {
namespace {

constexpr size_t kSurvivors = 64;  // one block in so many

// Pages of the block's span that hold memory.
size_t resident_pages(const std::vector<char*>& blocks, size_t size) {
  std::set<uintptr_t> pages;
  for (const char* block : blocks)
    for (size_t at = 0; at < size; at += at + 1 < size ? size - 1 : 1)
      pages.insert(align_down(reinterpret_cast<uintptr_t>(block) + at, os::page_size()));
  size_t resident = 0;
  for (const uintptr_t page : pages) {
    unsigned char state = 0;
    mincore(reinterpret_cast<void*>(page), os::page_size(), &state);
    resident += state & 1;
  }
  return resident;
}

class Blocks {
 public:
  explicit Blocks(size_t bytes) : size(bytes) {}

  // Some slabs full of blocks that bear their number, all but one in 64 freed, in two orders.
  void fill(size_t bytes) {
    test::make_busy(size);
    const size_t count = std::max(bytes / size, 8 * kSurvivors);
    for (size_t i = 0; i < count; ++i) {
      all.push_back(static_cast<char*>(allocate(size)));
      std::memset(all.back(), static_cast<int>(i % 251 + 1), size);
    }
    full_pages = pages_now();
  }

  void fill_and_thin(bool backwards, size_t bytes = 12 * kSliceSize) {
    fill(bytes);
    thin(backwards);
  }

  void thin(bool backwards) {
    const size_t count = all.size();
    for (size_t n = 0; n < count; ++n) {
      const size_t i = backwards ? count - 1 - n : n;
      if (i % kSurvivors != 0) release(all[i]);
    }
  }

  void check_survivors() const {
    for (size_t i = 0; i < all.size(); i += kSurvivors)
      ASSERT_TRUE(all[i][0] == static_cast<char>(i % 251 + 1) &&
                  std::memcmp(all[i], all[i] + 1, size - 1) == 0);
  }

  void end() {
    for (size_t i = 0; i < all.size(); i += kSurvivors) release(all[i]);
  }

  size_t pages_now() const { return resident_pages(all, size); }

  const size_t size;
  std::vector<char*> all;
  size_t full_pages = 0;  // that were resident before most blocks were freed
};

class Holes : public testing::TestWithParam<size_t>, protected Blocks {
 protected:
  Holes() : Blocks(GetParam()) {}
};

TEST_P(Holes, PagesGoBackAndServeAgain) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 64 blocks of many pages";
  for (const bool backwards : {false, true}) {
    all.clear();
    fill_and_thin(backwards);
    const size_t live = figures().live_blocks;
    trim();
    EXPECT_LT(pages_now(), full_pages * 2 / 3);
    EXPECT_EQ(figures().live_blocks, live);
    check_survivors();

    std::vector<char*> again(all.size());
    std::set<char*> seen;
    for (char*& block : again) {
      block = static_cast<char*>(allocate(size));
      ASSERT_TRUE(seen.insert(block).second);
      std::memset(block, 0x77, size);
    }
    for (size_t i = 0; i < all.size(); i += kSurvivors) ASSERT_EQ(seen.count(all[i]), 0u);
    check_survivors();
    EXPECT_EQ(figures().live_blocks, live + again.size());
    for (char* block : again) release(block);
    EXPECT_EQ(figures().live_blocks, live);
    end();
  }
}

TEST_P(Holes, TrimFindsThemWhereNoThreadIs) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 64 blocks of many pages";
  for (const bool has_heap : {true, false}) {
    all.clear();
    test::in_heap_thread([this] { fill_and_thin(false); });
    const size_t live = figures().live_blocks;
    std::thread caller([has_heap] {
      if (has_heap) release(allocate(1));
      trim();
      if (has_heap) thread_heaps::detach();
    });
    caller.join();
    EXPECT_LT(pages_now(), full_pages * 2 / 3);
    EXPECT_EQ(figures().live_blocks, live);
    check_survivors();
    end();
  }
}

// Where nothing has become free since, nothing is looked for.
TEST_P(Holes, TrimGivesThemBackOnce) {
  fill_and_thin(false);
  std::vector<char*> own;
  own.swap(all);
  test::in_heap_thread([this] { fill_and_thin(false); });
  trim();
  const size_t calls = os::calls_made();
  trim();
  EXPECT_LE(os::calls_made() - calls, 2u);
  end();
  all.swap(own);
  end();
}

TEST_P(Holes, WhatTheKernelRefusedGoesBackTheNextTime) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 64 blocks of many pages";
  fill(12 * kSliceSize);
  os::inject_failure(1, 1u << 20);
  thin(false);
  trim();
  os::inject_failure(0, 0);
  EXPECT_GT(pages_now(), full_pages * 2 / 3);
  trim();
  EXPECT_LT(pages_now(), full_pages * 2 / 3);
  end();
}

TEST_P(Holes, AllFreeIsNoticed) {
  fill_and_thin(false);
  trim();
  const size_t spans = figures().span_bytes;
  end();
  trim();
  EXPECT_LT(figures().span_bytes, spans);
}

TEST_P(Holes, AFreedBlockIsNoBlock) {
  fill_and_thin(false);
  trim();
  EXPECT_EXIT(usable_size(all[kSurvivors * 3 + kSurvivors / 2]), testing::KilledBySignal(SIGABRT),
              "malloc_usable_size of invalid pointer 0x");
  end();
}

INSTANTIATE_TEST_SUITE_P(Sizes, Holes, testing::Values(256, 320, 1024, 1536, 4096, 20480));

// What the process takes more then is not served by what is free there.
void grow_beside_orphans(size_t size) {
  Blocks blocks(size);
  test::in_heap_thread([&] { blocks.fill_and_thin(false, 24 * kSliceSize); });
  const size_t spans = figures().span_bytes;
  std::vector<void*> more;
  while (figures().span_bytes < 2 * spans) more.push_back(allocate(32768));
  EXPECT_LT(blocks.pages_now(), blocks.full_pages * 2 / 3);
  blocks.check_survivors();
}

TEST_IN_FRESH_PROCESS(OrphanHoles, GoBackWhenTheProcessGrows) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 64 blocks of many pages";
  grow_beside_orphans(320);
}
TEST_IN_FRESH_PROCESS(OrphanHoles, OfMediumBlocksGoBackWhenTheProcessGrows) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 64 blocks of many pages";
  grow_beside_orphans(4096);
}

// Not for medium blocks: nothing looks at their content when they are free.
class SmallHoles : public Holes {};

TEST_P(SmallHoles, AWriteToAFreedBlockIsReported) {
  fill_and_thin(false);
  trim();
  const auto write_then_allocate = [this] {
    std::memset(all[kSurvivors * 3 + kSurvivors / 2], 0x41, size);
    for (size_t i = 0; i < 2 * all.size(); ++i) allocate(size);
  };
  EXPECT_EXIT(write_then_allocate(), testing::KilledBySignal(SIGABRT),
              "oxidalloc: write to freed or past allocated memory: 0x");
  end();
}

// However few they are, and also in slabs that have some.
TEST_P(SmallHoles, TrimFindsAllEachTime) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for runs of whole pages";
  fill(12 * kSliceSize);
  const size_t run = 3 * os::page_size() / size, period = 4 * run;  // a free run in each four
  const auto give_back = [&](size_t which) {
    const size_t before = pages_now();
    for (size_t i = 0; i < all.size(); ++i)
      if (i / run % 4 == which) release(all[i]);
    trim();
    return before - pages_now();
  };
  const size_t runs = all.size() / period;
  for (const size_t which : {0u, 2u, 1u}) EXPECT_GE(give_back(which), runs * 3 / 2);
  for (size_t i = 0; i < all.size(); ++i)
    if (i / run % 4 == 3) release(all[i]);
}

INSTANTIATE_TEST_SUITE_P(Sizes, SmallHoles, testing::Values(256, 320, 1024));

}  // namespace
}  // namespace ox::heap
