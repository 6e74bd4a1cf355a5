// The heap's entry points at the borders between their cases.
#include "heap/heap.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "heap/stats.h"
#include "support/fresh_process.h"

namespace ox::heap {
namespace {

char* bytes(void* block) {
  return static_cast<char*>(block);
}

// Around every place where another path or class begins.
std::vector<size_t> border_sizes() {
  std::vector<size_t> sizes;
  for (const size_t border : kBlockSizes)
    for (const size_t size : {border - 1, border, border + 1}) sizes.push_back(size);
  for (const size_t border : {size_t{0}, kSliceSize, 2 * kSliceSize, size_t{256} << 10})
    for (const size_t size : {border, border + 1}) sizes.push_back(size);
  return sizes;
}

TEST(Heap, EverySizeIsServedAndWritable) {
  for (const size_t size : border_sizes()) {
    void* block = allocate(size);
    ASSERT_NE(block, nullptr);
    ASSERT_GE(usable_size(block), size);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % 16, 0u) << size;
    std::memset(block, 1, usable_size(block));
    release(block);
  }
}

TEST(Heap, ZeroBytesAreABlockOfTheirOwn) {
  void* first = allocate(0);
  void* second = allocate(0);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(second, nullptr);
  EXPECT_NE(first, second);
  release(first);
  release(second);
}

TEST(Heap, NullIsFreeableAndHasNoSize) {
  release(nullptr);
  EXPECT_EQ(usable_size(nullptr), 0u);
  void* block = reallocate(nullptr, 100, nullptr);
  EXPECT_GE(usable_size(block), 100u);
  release(block);
}

TEST(Heap, TouchesNoErrno) {
  errno = 4711;
  for (const size_t size : border_sizes()) {
    void* block = reallocate(allocate_zeroed(size), size + 5000, nullptr);
    release(block);
  }
  EXPECT_EQ(allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(errno, 4711);
}

TEST(Heap, ZeroesWhatWasUsedBefore) {
  for (const size_t size : border_sizes()) {
    char* used = bytes(allocate(size));
    std::memset(used, 0xff, usable_size(used));
    release(used);
    char* zeroed = bytes(allocate_zeroed(size));
    for (size_t i = 0; i < size; ++i) ASSERT_EQ(zeroed[i], 0) << i << " of " << size;
    std::memset(zeroed, 0xff, usable_size(zeroed));
    release(zeroed);
  }
}

TEST(Heap, EveryAlignmentWithEverySize) {
  for (size_t alignment = 1; alignment <= size_t{1} << 20; alignment *= 2)
    for (const size_t size :
         {size_t{0}, size_t{1}, alignment - 1, alignment, alignment + 1, size_t{100}, size_t{1024},
          kMaxSmall, kMaxSmall + 1, kMaxMedium, kMaxMedium + 1}) {
      void* block = allocate_aligned(alignment, size);
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u) << alignment << ", " << size;
      ASSERT_GE(usable_size(block), size);
      std::memset(block, 1, usable_size(block));
      // An aligned block is a block like any other.
      block = reallocate(block, size + 1, nullptr);
      ASSERT_GE(usable_size(block), size + 1);
      release(block);
    }
}

TEST(Heap, ReallocKeepsTheContentBetweenAllSizes) {
  for (const size_t from : border_sizes())
    for (const size_t to :
         {size_t{0}, size_t{1}, from / 2 - 1, from / 2, from - 1, from, from + 1, 2 * from,
          size_t{1024}, kMaxSmall, kMaxSmall + 1, kMaxMedium, kMaxMedium + 1}) {
      if (to > (size_t{1} << 30)) continue;  // wrapped below zero
      char* block = bytes(allocate(from));
      for (size_t i = 0; i < from; ++i) block[i] = static_cast<char>(i * 7 + from);
      block = bytes(reallocate(block, to, nullptr));
      ASSERT_NE(block, nullptr);
      ASSERT_GE(usable_size(block), to);
      for (size_t i = 0; i < from && i < to; ++i)
        ASSERT_EQ(block[i], static_cast<char>(i * 7 + from)) << from << " to " << to;
      release(block);
    }
}

TEST(Heap, ReallocShrinksOnlyWhereItPays) {
  void* block = allocate(1000);
  EXPECT_EQ(reallocate(block, 600, nullptr), block);
  void* smaller = reallocate(block, 100, nullptr);
  EXPECT_LT(usable_size(smaller), 600u);
  release(smaller);
}

// One that grew gets room for a quarter more: some three moves for twice the size.
TEST(Heap, WhatGrowsMovesSeldom) {
  int moves = 0;
  void* block = allocate(256);
  for (size_t size = 256; size <= 8192; size += 16) {
    void* grown = reallocate(block, size, nullptr);
    moves += grown != block;
    block = grown;
    // A quarter more where it grew, and again in a slab of its neighbour.
    ASSERT_LE(usable_size(block), size + size * 9 / 16);
  }
  EXPECT_LE(moves, 18);
  release(block);
}

TEST(Heap, PointersThatAreNoneAreReported) {
  int local = 0;
  static int global;
  // Here without a libc to hand them to: see host.h.
  for (void* pointer : {static_cast<void*>(&local), static_cast<void*>(&global)})
    EXPECT_EXIT(release(pointer), testing::KilledBySignal(SIGABRT), "free of invalid pointer 0x");
  void* block = allocate(1);
  // Into the table of descriptors, and behind what the region has handed out.
  EXPECT_EXIT(release(region::primary.table + 64), testing::KilledBySignal(SIGABRT),
              "free of invalid pointer 0x");
  const uintptr_t end = region::primary.base + region::primary.limit;
  EXPECT_EXIT(release(reinterpret_cast<void*>(end)), testing::KilledBySignal(SIGABRT),
              "free of invalid pointer 0x");
  EXPECT_EXIT(release(reinterpret_cast<void*>(region::primary.base)),
              testing::KilledBySignal(SIGABRT), "free of invalid pointer 0x");
  EXPECT_EXIT(usable_size(bytes(block) + 1), testing::KilledBySignal(SIGABRT),
              "malloc_usable_size of invalid pointer 0x");
  release(block);
}

// Medium slabs that are released and made again and again should have been kept, beside what is in
// use; and no longer when that is gone.
TEST_IN_FRESH_PROCESS(Heap, SlabsThatAreWantedAgainAreKept) {
  constexpr size_t kMiB = size_t{1} << 20;
  std::vector<void*> live(8000);
  for (void*& block : live) block = allocate(8000);
  const size_t in_use = figures().span_bytes;
  const auto kept_after = [&](int rounds, size_t count) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<void*> blocks(count);
      for (void*& block : blocks) block = allocate(8000);
      for (void* block : blocks) release(block);
    }
    return figures().span_bytes - in_use;
  };
  EXPECT_LE(kept_after(1, 1500), 8 * kMiB);
  EXPECT_GE(kept_after(20, 1500), 10 * kMiB);
  EXPECT_LE(kept_after(20, 15000), 18 * kMiB);
  for (void* block : live) release(block);
  EXPECT_LE(figures().span_bytes, 9 * kMiB);
}

// Pages without a block in use go back when much was freed; more seldom if the program takes again
// what it freed.
TEST_IN_FRESH_PROCESS(Heap, PagesInSlabsGoBackUnlessThisIsRegretted) {
  std::vector<void*> blocks(4000);
  for (void*& block : blocks) block = allocate(8000);
  const auto purged_by_freeing = [&] {
    const size_t before = figures().purged_bytes;
    for (size_t i = 0; i < blocks.size(); ++i)
      if (i % 16 != 0) release(blocks[i]);
    const size_t purged = figures().purged_bytes - before;
    for (size_t i = 0; i < blocks.size(); ++i)
      if (i % 16 != 0) blocks[i] = allocate(8000);
    return purged;
  };
  const size_t first = purged_by_freeing();
  EXPECT_GE(first, size_t{10} << 20);
  for (int round = 0; round < 10; ++round) purged_by_freeing();
  EXPECT_LE(purged_by_freeing(), first / 4);
}

TEST_IN_FRESH_PROCESS(Heap, TrimGivesAllFreeMemoryBack) {
  std::vector<void*> blocks;
  for (const size_t size : border_sizes()) blocks.push_back(std::memset(allocate(size), 1, size));
  for (void* block : blocks) release(block);
  trim();
  EXPECT_EQ(figures().free_dirty_bytes, 0u);
  EXPECT_EQ(figures().live_blocks, 0u);
}

// Of a slab that was looked at while malloc took from it, and was used up since.
TEST_IN_FRESH_PROCESS(Heap, TrimGivesBackWhatWasUsedSince) {
  constexpr size_t kSize = 6656;  // a slab of them has something left at its start
  std::vector<char*> blocks;
  const auto take = [&] { blocks.push_back(bytes(std::memset(allocate(kSize), 1, kSize))); };
  for (int i = 0; i < 900; ++i) take();
  // The first block of a slab that malloc takes from now.
  do take();
  while (blocks[blocks.size() - 1] == blocks[blocks.size() - 2] + kSize);
  const size_t first = blocks.size() - 1;
  trim();
  for (int i = 0; i < 200; ++i) take();
  size_t freed = 0;
  for (size_t i = first; blocks[i + 1] == blocks[i] + kSize; ++i) {
    if (i % 8 == 0) continue;
    release(blocks[i]);
    freed += kSize;
  }
  EXPECT_GE(freed, 20 * kSize);
  const size_t before = figures().purged_bytes;
  trim();
  EXPECT_GE(figures().purged_bytes - before, freed);
}

}  // namespace
}  // namespace ox::heap
