// The nursery: a thread's first blocks of each class. They keep every promise that blocks of slabs
// keep, and cost a small process fewer pages.
#include "heap/nursery.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <barrier>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/options.h"
#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "span/retention.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"
#include "support/shadow_heap.h"

namespace ox::heap {
namespace {

void* align_down_to_slice(char* block) {
  return block - reinterpret_cast<uintptr_t>(block) % kSliceSize;
}

SpanKind kind_of(const void* block) {
  return region::find(reinterpret_cast<uintptr_t>(block))->kind;
}

TEST_IN_FRESH_PROCESS(NurseryTest, AFewBlocksOfEveryClassShareASlice) {
  std::vector<void*> blocks;
  for (const size_t size : {16, 48, 100, 500, 1024, 2048, 4096, 6000, 32768})
    blocks.push_back(allocate(size));
  EXPECT_EQ(figures().span_bytes, kSliceSize);
  EXPECT_EQ(figures().live_blocks, blocks.size());
  for (void* block : blocks) {
    EXPECT_EQ(kind_of(block), SpanKind::Nursery);
    release(block);
  }
  EXPECT_EQ(figures().live_blocks, 0u);
  EXPECT_EQ(figures().live_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(NurseryTest, ABusyClassGetsSlabs) {
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(allocate(100));
  EXPECT_EQ(kind_of(blocks.front()), SpanKind::Nursery);
  EXPECT_EQ(kind_of(blocks.back()), SpanKind::Small);
  for (void* block : blocks) release(block);
  EXPECT_EQ(figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(NurseryTest, BlocksOfAllClassesKeepEveryPromise) {
  test::ShadowHeap shadow(1);
  test::Random random(1);
  for (int i = 0; i < 100; ++i)
    for (size_t size = 0; size <= 5000; size = size * 5 / 4 + 1) {
      ASSERT_TRUE(shadow.allocate(size));
      if (random.one_in(2)) shadow.release(random.below(shadow.count()));
      if (shadow.count()) {
        ASSERT_TRUE(shadow.reallocate(random.below(shadow.count()), random.below(4100)));
      }
    }
  shadow.release_all();
  EXPECT_EQ(figures().live_blocks, 0u);
}

// What was freed in one size serves another.
TEST_IN_FRESH_PROCESS(NurseryTest, FreedBlocksServeOtherSizes) {
  std::vector<void*> blocks;
  for (int i = 0; i < 30; ++i)
    for (const size_t size : {512, 640, 768, 1024}) blocks.push_back(allocate(size));
  const size_t before = figures().span_bytes;
  for (size_t i = 0; i < blocks.size(); ++i)
    if (i % 50 != 0) release(blocks[i]);
  std::vector<void*> others;
  for (int i = 0; i < 20; ++i) others.push_back(allocate(2048));
  EXPECT_EQ(figures().span_bytes, before);
  for (void* block : others) EXPECT_EQ(kind_of(block), SpanKind::Nursery);
}

// Of a thread that has ended, though no other one takes its heap.
TEST_IN_FRESH_PROCESS(NurseryTest, SlicesGoBackWhenTheirLastBlockIsFreed) {
  std::vector<void*> blocks;
  test::in_heap_thread([&] {
    for (const size_t size : {16, 100, 1000, 5000, 30000, 30000}) blocks.push_back(allocate(size));
  });
  EXPECT_EQ(figures().span_bytes, 2 * kSliceSize);
  for (void* block : blocks) release(block);
  EXPECT_EQ(figures().span_bytes, 0u);
  // And so again, with a thread that goes on with the heap in between.
  for (int round = 0; round < 2; ++round) {
    test::in_heap_thread([&] { blocks = {allocate(16), allocate(30000), allocate(30000)}; });
    for (void* block : blocks) release(block);
  }
  EXPECT_EQ(figures().span_bytes, 0u);
  EXPECT_EQ(figures().live_blocks, 0u);
}

// A thread that has freed its blocks and rests holds little.
TEST_IN_FRESH_PROCESS(NurseryTest, PagesOfFreedBlocksGoBack) {
  std::vector<void*> blocks;
  for (int i = 0; i < 7; ++i)
    for (const size_t size : {1000, 3000, 30000}) {
      blocks.push_back(allocate(size));
      std::memset(blocks.back(), 1, size);
    }
  void* const left = allocate(16);
  EXPECT_EQ(kind_of(blocks.back()), SpanKind::Nursery);
  EXPECT_GE(figures().span_bytes, 4 * kSliceSize);
  for (void* block : blocks) release(block);
  EXPECT_LE(figures().span_bytes, 3 * kSliceSize);  // 128 KiB, and the slice of `left`
  release(left);
}

// Of threads that a fork's child does not have.
TEST_IN_FRESH_PROCESS(NurseryTest, SlicesGoBackInAForksChild) {
  std::vector<void*> blocks;
  std::barrier stage(2);
  auto thread = test::start_heap_thread([&] {
    for (int i = 0; i < 10; ++i) blocks.push_back(allocate(30000));
    stage.arrive_and_wait();
    stage.arrive_and_wait();
  });
  stage.arrive_and_wait();
  thread_heaps::before_fork();
  const pid_t child = fork();
  if (child == 0) {
    thread_heaps::after_fork_child();
    for (void* block : blocks) release(block);
    std::_Exit(figures().span_bytes == 0 ? 0 : 1);
  }
  thread_heaps::after_fork_parent();
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  stage.arrive_and_wait();
  thread.join();
}

TEST_IN_FRESH_PROCESS(NurseryTest, WhatIsFreeServesLargeBlocksWhenMemoryIsUsedUp) {
  options.read("OX_MEMORY_LIMIT=1M");
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.push_back(allocate(32768));
  for (int i = 0; i < 100; ++i) blocks.push_back(allocate(1000));
  for (void* block : blocks) release(block);
  EXPECT_NE(allocate(800'000), nullptr);
}

// However little it is: there is no other memory.
TEST_IN_FRESH_PROCESS(NurseryTest, FreedBlocksServeOtherSizesWhenMemoryIsUsedUp) {
  options.read("OX_MEMORY_LIMIT=65536");
  std::vector<void*> blocks;
  while (void* block = allocate(3072)) blocks.push_back(block);
  ASSERT_GT(blocks.size(), 10u);
  while (allocate(16)) {
  }
  ASSERT_EQ(allocate(2000), nullptr);
  release(blocks[5]);
  release(blocks[6]);
  EXPECT_NE(allocate(2000), nullptr);
}

// A listed block names that place of its slice as the next one's.
void lead_to(void* listed, const void* place) {
  const auto offset = static_cast<uint16_t>(reinterpret_cast<uintptr_t>(place) % kSliceSize);
  std::memcpy(listed, &offset, sizeof offset);
}

// When the second block of the list is asked for.
void expect_noticed(size_t size) {
  EXPECT_EXIT((allocate(size), allocate(size)), testing::KilledBySignal(SIGABRT), "is corrupted");
}

// The word of a free block of one class, written over that of another one: found by fuzzing.
TEST_IN_FRESH_PROCESS(NurseryTest, AListDoesNotGoOnInThatOfAnotherClass) {
  void* large = allocate(32);
  void* small[] = {allocate(16), allocate(16), allocate(16)};
  release(small[0]);
  release(small[1]);
  release(large);
  std::memcpy(large, small[1], sizeof(small::Word));
  expect_noticed(32);
}

// The word of a free block in one of the same class that is in use, and a list made to lead there.
TEST_IN_FRESH_PROCESS(NurseryTest, AListDoesNotGoOnInABlockInUse) {
  void* freed[] = {allocate(64), allocate(64)};
  void* used = allocate(64);
  release(freed[0]);
  release(freed[1]);
  std::memcpy(used, freed[0], sizeof(small::Word));
  lead_to(freed[1], used);
  expect_noticed(64);
}

// One of another class, moved by a byte: no place is one that is no multiple of 16.
TEST_IN_FRESH_PROCESS(NurseryTest, AListDoesNotGoOnBetweenPlaces) {
  void* freed[] = {allocate(16), allocate(16)};
  auto* other = static_cast<char*>(allocate(144));  // eight classes further
  release(freed[0]);
  release(freed[1]);
  release(other);
  std::memmove(other + 1, other, sizeof(small::Word));
  lead_to(freed[1], other + 1);
  expect_noticed(16);
}

// The word of a block that was given up, written again when a larger one lies there.
TEST_IN_FRESH_PROCESS(NurseryTest, AListDoesNotGoOnWhereAnOldWordIsWrittenAgain) {
  allocate(16);
  void* gone[] = {allocate(64), allocate(64)};
  release(gone[1]);
  small::Word old;
  std::memcpy(&old, gone[1], sizeof old);
  release(gone[0]);
  trim();
  auto* const at = static_cast<char*>(gone[1]);
  for (char* block = nullptr; block > at || block + 128 <= at;) {
    block = static_cast<char*>(allocate(128));
    ASSERT_LE(block, at);
  }
  void* freed[] = {allocate(64), allocate(64)};
  release(freed[0]);
  release(freed[1]);
  std::memcpy(at, &old, sizeof old);
  lead_to(freed[1], at);
  expect_noticed(64);
}

// The word of a free block in memory where no block is any more, and a list made to lead there:
// what that hands out would be somebody else's soon. Found by fuzzing.
TEST_IN_FRESH_PROCESS(NurseryTest, AListDoesNotGoOnWhereThereIsNoBlock) {
  void* freed[] = {allocate(64), allocate(64)};
  auto* gone = static_cast<char*>(allocate(4096));
  release(gone);  // given up at once: room for any size
  release(freed[0]);
  release(freed[1]);
  std::memcpy(gone, freed[0], sizeof(small::Word));
  lead_to(freed[1], gone);
  expect_noticed(64);
}

// Two threads at once, neither of which can see that the other does the same.
TEST_IN_FRESH_PROCESS(NurseryTest, ABlockThatTwoThreadsFreedAtOnceIsNoticed) {
  auto* block = static_cast<char*>(allocate(100));
  Descriptor* span = region::find(reinterpret_cast<uintptr_t>(block));
  test::in_heap_thread([&] { release(block); });
  const small::Word once = span->remote.load();
  small::word_in(block) = once;
  span->remote.store(once - small::kOneUsed);
  EXPECT_EXIT(trim(), testing::KilledBySignal(SIGABRT), "oxidalloc: ");
}

TEST_IN_FRESH_PROCESS(NurseryTest, GivesBackPagesWithoutABlock) {
  if (os::page_size() != 4096) GTEST_SKIP() << "written for 16 pages in a slice";
  char* first = static_cast<char*>(allocate(4096));
  std::vector<char*> blocks;
  for (int i = 0; i < 15; ++i) blocks.push_back(static_cast<char*>(allocate(4096)));
  for (char* block : blocks) std::memset(block, 1, 4096);
  for (char* block : blocks) release(block);
  trim();
  unsigned char resident[16];
  ASSERT_EQ(mincore(align_down_to_slice(first), kSliceSize, resident), 0);
  size_t pages = 0;
  for (const unsigned char page : resident) pages += page & 1;
  EXPECT_LE(pages, 1u);
  release(first);
  trim();
  EXPECT_EQ(figures().span_bytes, 0u);
}

// What is freed and taken again in turn does not go back each time that much of it has been freed.
TEST_IN_FRESH_PROCESS(NurseryTest, BlocksThatComeAndGoKeepTheirPages) {
  std::vector<void*> blocks(256);
  std::minstd_rand random(1);
  const auto size = [&random] {
    return (size_t{1} << (4 + random() % 11)) * (4 + random() % 4) / 4;
  };
  for (void*& block : blocks) block = allocate(size());
  const size_t before = figures().purged_bytes;
  for (int i = 0; i < 20'000; ++i) {
    void*& block = blocks[random() % blocks.size()];
    release(block);
    block = allocate(size());
  }
  EXPECT_LE(figures().purged_bytes - before, size_t{8} << 20);
  for (void* block : blocks) release(block);
}

TEST_IN_FRESH_PROCESS(NurseryTest, WhatOtherThreadsFreedIsNoLongerCounted) {
  std::vector<void*> blocks;
  blocks.reserve(100);
  for (int i = 0; i < 100; ++i) blocks.push_back(allocate(200));
  test::in_heap_thread([&] {
    for (void* block : blocks) release(block);
  });
  EXPECT_EQ(figures().live_blocks, 0u);
  for (void*& block : blocks) block = allocate(200);
  EXPECT_EQ(figures().live_blocks, blocks.size());
  for (void* block : blocks) release(block);
  EXPECT_EQ(figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(NurseryTest, GoesWithItsThread) {
  test::in_heap_thread([] { release(allocate(100)); });
  EXPECT_EQ(figures().span_bytes, 0u);
}

// What a thread that has ended leaves free is the next one's; if threads come again and again, its
// pages stay in between.
TEST_IN_FRESH_PROCESS(NurseryTest, ThreadsThatComeAndGoKeepItsPages) {
  if (os::page_size() == kSliceSize) GTEST_SKIP() << "a slice is one page";
  const auto lives = [](int count) {
    const size_t before = figures().purges;
    for (int life = 0; life < count; ++life)
      test::in_heap_thread([] {
        allocate(16);               // its slice stays
        std::vector<void*> blocks;  // few enough of each class for none to get slabs
        for (const size_t size : {700, 800, 900, 1000, 1500, 2000, 2500, 3000})
          for (int i = 0; i < 2; ++i) {
            blocks.push_back(allocate(size));
            std::memset(blocks.back(), 1, size);
          }
        for (void* block : blocks) release(block);
      });
    return figures().purges - before;
  };
  EXPECT_GE(lives(1), 1u);
  lives(2);
  EXPECT_EQ(lives(4), 0u);
  const size_t before = figures().purges;
  trim();
  EXPECT_GT(figures().purges, before);
}

// They count as kept only as long as they are there, and those with blocks in use do not.
TEST_IN_FRESH_PROCESS(NurseryTest, PagesThatAreKeptAreCounted) {
  constexpr size_t kRoom = size_t{9} << 19;  // with nothing in use
  std::vector<void*> left;
  for (int life = 0; life < 5; ++life)
    test::in_heap_thread([&] {
      std::vector<void*> blocks;
      for (size_t size = 600; size < 3000; size += 100) {
        left.push_back(allocate(size));
        blocks.push_back(allocate(size));
      }
      for (void* block : blocks) release(block);
    });
  for (void* block : left) release(block);
  EXPECT_EQ(figures().span_bytes, 0u);
  EXPECT_TRUE(retention::may_keep(kRoom));
}

TEST_IN_FRESH_PROCESS(NurseryTest, AFewLargerBlocksInEachLifeMakeNoClassBusy) {
  for (int life = 0; life < 20; ++life)
    test::in_heap_thread([] {
      for (int i = 0; i < 10; ++i) {
        void* block = allocate(20'000);
        EXPECT_EQ(kind_of(block), SpanKind::Nursery);
        release(block);
      }
    });
}

TEST_IN_FRESH_PROCESS(NurseryTest, BlocksOutliveTheirThread) {
  char* block = nullptr;
  test::in_heap_thread([&] {
    block = static_cast<char*>(allocate(100));
    std::memset(block, 5, 100);
  });
  EXPECT_EQ(usable_size(block), 112u);
  EXPECT_EQ(block[99], 5);
  EXPECT_EXIT(release(block + 8), testing::KilledBySignal(SIGABRT), "free of invalid pointer 0x");
  EXPECT_EXIT(release(block);
              release(block), testing::KilledBySignal(SIGABRT), "double free of 0x");
  release(block);
  test::settle();
  EXPECT_EQ(figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(NurseryTest, MisuseIsReported) {
  const auto aborts = testing::KilledBySignal(SIGABRT);
  for (const size_t size : {16, 48, 112, 640, 1024, 1536, 2048, 4096, 20480}) {
    auto* block = static_cast<char*>(allocate(size));
    void* other = allocate(size);
    ASSERT_EQ(kind_of(block), SpanKind::Nursery);
    std::memset(block, 0x5a, size);
    // What is large goes back at once, and with it the last trace of how large it was.
    const std::string bytes =
        size > 4096 ? "\\([0-9]+-byte" : "\\(" + std::to_string(size) + "-byte block\\)";
    EXPECT_EXIT(release(block); release(block), aborts, "double free of 0x[0-9a-f]+ " + bytes);
    EXPECT_EXIT(release(block); release(other);
                release(block), aborts, "double free of 0x[0-9a-f]+ " + bytes);
    EXPECT_EXIT(test::in_heap_thread([=] { release(block); });
                release(block), aborts, "double free of 0x[0-9a-f]+ " + bytes);
    EXPECT_EXIT(release(block);
                reallocate(block, size, nullptr), aborts, "realloc of invalid pointer 0x");
    for (const size_t offset : {size_t{1}, size_t{8}, size - 1}) {
      EXPECT_EXIT(release(block + offset), aborts, "free of invalid pointer 0x") << offset;
      EXPECT_EXIT(reallocate(block + offset, 1, nullptr), aborts, "realloc of invalid pointer 0x");
    }
    const auto write_after_free = [=] {
      release(block);
      std::memset(block, 0x41, 8);
      for (int i = 0; i < 64; ++i) allocate(size);
    };
    if (size <= kMaxSmall) {
      EXPECT_EXIT(write_after_free(), aborts, "write to freed or past allocated memory: 0x");
    }
    release(block);
    release(other);
  }
}

}  // namespace
}  // namespace ox::heap
