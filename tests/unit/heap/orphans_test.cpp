// Slabs whose thread has ended: others free into them, allocate from them, and nothing is lost.
#include "heap/orphans.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"
#include "support/scale.h"

namespace ox::heap {
namespace {

using test::in_heap_thread;

constexpr size_t kSizes[] = {16, 112, 1024, 2048, 2304, 8192, 32768};

// Blocks of every kind of slab, whose thread has ended.
std::vector<void*> inherited(size_t count) {
  std::vector<void*> blocks;
  in_heap_thread([&] {
    for (const size_t size : kSizes)
      for (size_t i = 0; i < count; ++i) blocks.push_back(allocate(size));
    // Some free ones between them.
    for (size_t i = 0; i < blocks.size(); i += 3) {
      release(blocks[i]);
      blocks[i] = nullptr;
    }
  });
  return blocks;
}

TEST_IN_FRESH_PROCESS(Orphans, AThreadWithoutBlocksLeavesNothing) {
  in_heap_thread([] {
    for (const size_t size : kSizes) release(allocate(size));
  });
  EXPECT_EQ(figures().span_bytes, 0u);
  EXPECT_EQ(figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(Orphans, AreAdoptedByWhoFreesIntoThem) {
  release(allocate(1));
  for (void* block : inherited(300)) release(block);
  test::settle();
  EXPECT_EQ(figures().live_blocks, 0u);
  trim();
  EXPECT_LE(figures().span_bytes, std::size(kSizes) * 16 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(Orphans, AreAdoptedByWhoNeedsTheirClass) {
  for (const size_t size : kSizes) release(allocate(size));
  const auto blocks = inherited(300);
  const size_t spans = figures().span_bytes;
  std::set<void*> all(blocks.begin(), blocks.end());
  all.erase(nullptr);
  const size_t held = all.size();
  for (const size_t size : kSizes)
    for (size_t i = 0; i < 90; ++i) all.insert(allocate(size));
  EXPECT_EQ(all.size(), held + 90 * std::size(kSizes));     // none twice
  EXPECT_LE(figures().span_bytes, spans + 8 * kSliceSize);  // a nursery
  for (void* block : all) release(block);
  test::settle();
  EXPECT_EQ(figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(Orphans, AreFreedIntoByAThreadWithoutAHeap) {
  const auto blocks = inherited(100);
  in_heap_thread([&] {
    for (void* block : blocks) release(block);
  });
  test::settle();
  EXPECT_EQ(figures().live_blocks, 0u);
  EXPECT_EQ(figures().span_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(Orphans, ManyThreadsLeaveNoMoreThanOne) {
  inherited(10);
  std::vector<void*> last;
  size_t spans = 0;
  for (size_t i = 0; i < test::scaled(2000); ++i) {
    const auto blocks = inherited(3);
    for (void* block : last) release(block);
    last = blocks;
    if (i == test::scaled(2000) / 2) spans = figures().span_bytes;
  }
  // Besides, the freeing thread keeps some empty slabs: see retention::may_keep().
  EXPECT_LE(figures().span_bytes, spans + (size_t{4} << 20));
}

// A thread that takes little does not come by all that another one has left.
TEST_IN_FRESH_PROCESS(Orphans, AreLeftToOthersWhereTheyHaveNoRoom) {
  constexpr size_t kSize = 1024, kSlabs = 200;
  const SizeClass cls = size_class_of(kSize);
  in_heap_thread([] {
    for (size_t i = 0; i < kSlabs * kSliceSize / kSize; ++i) allocate(kSize);
  });
  const size_t left = orphans::count(cls);
  ASSERT_GE(left, kSlabs);
  size_t seen = 0;
  in_heap_thread([&] {
    test::make_busy(kSize);
    seen = left - orphans::count(cls);
  });
  EXPECT_LE(seen, 40u);
}

// Two threads free into the same orphans at once: one of them adopts, the other frees remotely.
TEST_IN_FRESH_PROCESS(Orphans, AreClaimedByOneThreadAlone) {
  for (size_t round = 0; round < test::scaled(300); ++round) {
    const auto blocks = inherited(50);
    std::vector<std::thread> threads;
    for (size_t half = 0; half < 2; ++half)
      threads.push_back(test::start_heap_thread([&, half] {
        for (size_t i = half; i < blocks.size(); i += 2) release(blocks[i]);
      }));
    for (auto& thread : threads) thread.join();
  }
  // What was freed remotely into a slab that was given up again waits there for an adopter.
  for (const size_t size : kSizes) {
    std::vector<void*> blocks(500);
    for (void*& block : blocks) block = allocate(size);
    for (void* block : blocks) release(block);
  }
  test::settle();
  EXPECT_EQ(figures().live_blocks, 0u);
}

}  // namespace
}  // namespace ox::heap
