// Small slabs through the heap's own entry points: what the program sees of them, and what their
// descriptors say.
#include "heap/small.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "base/options.h"
#include "heap/heap.h"
#include "heap/stats.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/shadow_heap.h"

namespace ox::heap {
namespace {

Descriptor* slab_of(const void* block) {
  return region::find(reinterpret_cast<uintptr_t>(block));
}

class SmallClasses : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override { test::make_busy(kBlockSizes[GetParam()]); }
};

// Until then malloc does not look at it, and what is free in it is still known to be free.
TEST_P(SmallClasses, AFullSlabComesBackWhenEnoughOfItIsFree) {
  const size_t size = kBlockSizes[GetParam()];
  const auto is_full = [](void* block) { return slab_of(block)->place == SlabPlace::Full; };
  std::vector<void*> blocks;
  // What other tests have left is used up first.
  while (blocks.empty() || !is_full(blocks.front())) {
    ASSERT_LT(blocks.size(), 64 * kSliceSize / size);
    blocks.push_back(allocate(size));
  }
  Descriptor* slab = slab_of(blocks.front());
  const auto others = std::partition(blocks.begin(), blocks.end(),
                                     [&](void* block) { return slab_of(block) == slab; });
  const size_t live = figures().live_blocks;
  const size_t enough = slab->wake_count;
  ASSERT_LE(enough, static_cast<size_t>(others - blocks.begin()));
  for (size_t freed = 0; freed < enough; ++freed) {
    EXPECT_EQ(slab->place, SlabPlace::Full) << freed << " of " << enough;
    release(blocks[freed]);
  }
  EXPECT_NE(slab->place, SlabPlace::Full);
  EXPECT_EQ(figures().live_blocks, live - enough);
  EXPECT_EQ(small::used_of(slab->head), small::live_blocks(slab));
  EXPECT_EXIT(release(blocks[0]), testing::KilledBySignal(SIGABRT), "double free of 0x");
  for (size_t i = enough; i < blocks.size(); ++i) release(blocks[i]);
  EXPECT_EQ(figures().live_blocks, live - blocks.size());
}

// Enough blocks for some slabs, freed in one order or another, over and over: all distinct, all at
// multiples of their size, none lost.
TEST_P(SmallClasses, BlocksOfSeveralSlabsInAnyOrder) {
  const size_t size = kBlockSizes[GetParam()];
  const size_t count = 3 * kSliceSize / size + 5;
  test::Random random(size);
  std::vector<char*> blocks(count);
  // Once without a look: what other tests freed from other threads is taken in.
  for (auto& block : blocks) block = static_cast<char*>(allocate(size));
  for (char* block : blocks) release(block);
  const size_t live_before = figures().live_blocks;
  for (int order = 0; order < 4; ++order) {
    for (auto& block : blocks) {
      block = static_cast<char*>(allocate(size));
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % size, 0u);
      ASSERT_EQ(usable_size(block), size);
      ASSERT_TRUE(small::is_block(slab_of(block), block));
      std::memset(block, order + 1, size);
    }
    EXPECT_EQ(std::set<char*>(blocks.begin(), blocks.end()).size(), count);
    EXPECT_EQ(figures().live_blocks, live_before + count);
    for (const char* block : blocks)
      ASSERT_TRUE(block[0] == order + 1 && std::memcmp(block, block + 1, size - 1) == 0);
    if (order == 1) std::reverse(blocks.begin(), blocks.end());
    if (order == 2)
      for (size_t i = count; i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
    if (order == 3) std::sort(blocks.begin(), blocks.end());
    for (char* block : blocks) release(block);
    EXPECT_EQ(figures().live_blocks, live_before);
  }
}

TEST_P(SmallClasses, TheBlockFreedLastIsTheNextOne) {
  const size_t size = kBlockSizes[GetParam()];
  void* first = allocate(size);
  void* second = allocate(size - 15);
  if (slab_of(first) != slab_of(second)) GTEST_SKIP() << "a slab ended between them";
  release(first);
  EXPECT_EQ(allocate(size), first);
  release(first);
  release(second);
}

TEST_P(SmallClasses, ABlockInUseIsNoFreeOne) {
  const size_t size = kBlockSizes[GetParam()];
  auto* block = static_cast<char*>(allocate(size));
  const Descriptor* slab = slab_of(block);
  EXPECT_FALSE(small::has_mark(slab, block));
  EXPECT_FALSE(small::contains(slab, block));
  EXPECT_FALSE(small::is_block(slab, block + 16 % size + 8));
  EXPECT_FALSE(small::is_block(slab, slab->start));
  release(block);
  EXPECT_TRUE(small::has_mark(slab, block));
  EXPECT_TRUE(small::contains(slab, block));
}

// Every address of a block but its first byte is an invalid pointer; so is the slab's start.
TEST_P(SmallClasses, InvalidPointersAreReported) {
  const size_t size = kBlockSizes[GetParam()];
  auto* block = static_cast<char*>(allocate(size));
  std::memset(block, 0x5a, size);
  const std::string message = "oxidalloc: free of invalid pointer 0x";
  for (const size_t offset : {size_t{1}, size_t{8}, size / 2 + 1, size - 1})
    EXPECT_EXIT(release(block + offset), testing::KilledBySignal(SIGABRT), message) << offset;
  EXPECT_EXIT(release(slab_of(block)->start), testing::KilledBySignal(SIGABRT), message);
  release(block);
}

TEST_P(SmallClasses, DoubleFreesAreReported) {
  const size_t size = kBlockSizes[GetParam()];
  void* blocks[5];
  for (void*& block : blocks) block = allocate(size);
  const std::string message =
      "double free of 0x[0-9a-f]+ \\(" + std::to_string(size) + "-byte block\\)";
  EXPECT_EXIT(release(blocks[0]); release(blocks[0]), testing::KilledBySignal(SIGABRT), message);
  EXPECT_EXIT(for (void* block
                   : blocks) release(block);
              release(blocks[1]), testing::KilledBySignal(SIGABRT), message);
  for (void* block : blocks) release(block);
}

TEST_P(SmallClasses, AWriteToAFreeBlockIsReported) {
  const size_t size = kBlockSizes[GetParam()];
  void* blocks[5];
  for (void*& block : blocks) block = allocate(size);
  const auto write_then_allocate = [&] {
    release(blocks[3]);
    std::memset(blocks[3], 0x41, 8);
    for (size_t i = 0; i < 2 * kSliceSize / size; ++i) allocate(size);
  };
  EXPECT_EXIT(write_then_allocate(), testing::KilledBySignal(SIGABRT),
              "oxidalloc: write to freed or past allocated memory: 0x[0-9a-f]+ \\(free " +
                  std::to_string(size) + "-byte block\\) is corrupted");
  for (void* block : blocks) release(block);
}

// An offset of 0, the slice's start, which reaches into its first block.
TEST_IN_FRESH_PROCESS(SmallMisuse, AForgedOffsetLeadsToNoBlockInUse) {
  test::make_busy(176);
  char* block = nullptr;
  do block = static_cast<char*>(allocate(176));
  while (reinterpret_cast<uintptr_t>(slab_of(block)->start) % 176 == 0);
  release(block);
  std::memset(block, 0, 2);
  EXPECT_EQ(allocate(176), block);
  EXPECT_EXIT(allocate(176), testing::KilledBySignal(SIGABRT), "is corrupted");
}

// The count of used blocks stands in free ones: forged, it calls a slab empty that is not.
TEST_P(SmallClasses, ASlabWithBlocksInUseIsNotTakenForAnEmptyOne) {
  void* block = allocate(kBlockSizes[GetParam()]);
  Descriptor* slab = slab_of(block);
  ASSERT_EQ(slab->kind, SpanKind::Small);
  EXPECT_EXIT(small::is_all_listed(slab), testing::KilledBySignal(SIGABRT),
              "free [0-9]+-byte block\\) is corrupted");
  release(block);
}

INSTANTIATE_TEST_SUITE_P(All, SmallClasses, testing::Range(size_t{0}, kSmallClasses),
                         [](const auto& test) { return std::to_string(kBlockSizes[test.param]); });

TEST_IN_FRESH_PROCESS(Small, TouchesThePagesItNeedsAlone) {
  test::make_busy(1024);
  const Descriptor* slab = slab_of(allocate(1024));
  ASSERT_EQ(slab->kind, SpanKind::Small);
  EXPECT_LE(small::touched_bytes(slab), 2 * size_t{4096});
}

void empty_slabs_go_back() {
  const size_t before = figures().span_bytes;
  std::vector<void*> blocks;
  for (size_t i = 0; i < 10'000; ++i) blocks.push_back(allocate(512));
  EXPECT_GT(figures().span_bytes, before + 5'000'000);
  for (void* block : blocks) release(block);
  trim();
  EXPECT_LE(figures().span_bytes, before + 2 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(Small, EmptySlabsGoBack) {
  empty_slabs_go_back();
}

TEST_IN_FRESH_PROCESS(Small, EmptySlabsGoBackWhenTheyAreChecked) {
  options.read("OX_CHECK=1");
  empty_slabs_go_back();
}

}  // namespace
}  // namespace ox::heap
