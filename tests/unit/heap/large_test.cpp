// Large blocks: their borders, sizes and alignments, resizing, and what misuse of them says.
#include "heap/large.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>
#include <string>

#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "support/fresh_process.h"

namespace ox::heap {
namespace large_test {

constexpr size_t kMiB = size_t{1} << 20;

char* bytes(void* block) {
  return static_cast<char*>(block);
}

bool all_are(const char* start, size_t size, char value) {
  return start[0] == value && std::memcmp(start, start + 1, size - 1) == 0;
}

TEST(Large, BeginsAboveTheLastMediumClass) {
  void* medium = allocate(kMaxMedium);
  void* large = allocate(kMaxMedium + 1);
  EXPECT_EQ(usable_size(medium), kMaxMedium);
  EXPECT_EQ(usable_size(large), kMaxMedium + os::page_size());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(large) % kSliceSize, 0u);
  release(medium);
  release(large);
}

TEST(Large, UsableSizeIsWholePages) {
  const size_t page = os::page_size();
  for (const size_t size : {kMaxMedium + 1, kSliceSize - 1, kSliceSize, kSliceSize + 1, 3 * kMiB}) {
    void* block = allocate(size);
    EXPECT_EQ(usable_size(block), align_up(size, page));
    std::memset(block, 1, usable_size(block));
    release(block);
  }
}

TEST(Large, ImpossibleSizesFail) {
  for (const size_t size : {size_t{1} << 46, (size_t{1} << 46) + 1, size_t{PTRDIFF_MAX} - 1,
                            size_t{PTRDIFF_MAX}, size_t{PTRDIFF_MAX} + 1, SIZE_MAX}) {
    EXPECT_EQ(allocate(size), nullptr) << size;
    EXPECT_EQ(allocate_zeroed(size), nullptr) << size;
    EXPECT_EQ(allocate_aligned(32, size), nullptr) << size;
    EXPECT_EQ(allocate_aligned(size_t{1} << 62, size), nullptr) << size;
  }
  EXPECT_EQ(allocate_aligned(size_t{1} << 62, 1), nullptr);
  EXPECT_EQ(allocate_aligned(size_t{1} << 63, 1), nullptr);
}

TEST(Large, AFailedReallocLeavesTheBlock) {
  char* block = bytes(allocate(kMiB));
  std::memset(block, 1, kMiB);
  EXPECT_EQ(reallocate(block, PTRDIFF_MAX, nullptr), nullptr);
  EXPECT_EQ(reallocate(block, SIZE_MAX, nullptr), nullptr);
  EXPECT_EQ(usable_size(block), kMiB);
  EXPECT_TRUE(all_are(block, kMiB, 1));
  release(block);
}

TEST(Large, AlignsToAGibibyte) {
  for (size_t alignment = 16; alignment <= size_t{1} << 30; alignment *= 2) {
    char* block = bytes(allocate_aligned(alignment, 100'000));
    ASSERT_NE(block, nullptr) << alignment;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u);
    std::memset(block, 1, 100'000);
    release(block);
  }
}

TEST_IN_FRESH_PROCESS(Large, ShrinksAndGrowsInPlace) {
  char* block = bytes(allocate(4 * kMiB));
  std::memset(block, 1, 4 * kMiB);
  EXPECT_EQ(reallocate(block, kMiB, nullptr), block);
  EXPECT_EQ(usable_size(block), kMiB);
  EXPECT_EQ(figures().span_bytes, kMiB);
  EXPECT_EQ(reallocate(block, 2 * kMiB, nullptr), block);
  EXPECT_EQ(usable_size(block), 2 * kMiB);
  EXPECT_TRUE(all_are(block, kMiB, 1));
}

TEST_IN_FRESH_PROCESS(Large, GrowsByMovingWithItsContent) {
  char* block = bytes(allocate(kMiB));
  char* obstacle = bytes(allocate(kMiB));
  for (size_t size = kMiB; size <= 32 * kMiB; size *= 2) {
    std::memset(block, 7, size);
    char* moved = bytes(reallocate(block, 2 * size, nullptr));
    ASSERT_NE(moved, nullptr);
    EXPECT_TRUE(all_are(moved, size, 7));
    obstacle = bytes(allocate(kMiB));  // behind it
    block = moved;
  }
  EXPECT_NE(obstacle, nullptr);
  // What the moved pages left is in order: zero where so claimed.
  for (int i = 0; i < 20; ++i) {
    char* zeroed = bytes(allocate_zeroed(2 * kMiB));
    EXPECT_TRUE(all_are(zeroed, 2 * kMiB, 0));
    std::memset(zeroed, 1, 2 * kMiB);
    if (i % 2) release(zeroed);
  }
}

TEST_IN_FRESH_PROCESS(Large, MovesByCopyWhereTheKernelCannotMovePages) {
  char* block = bytes(allocate(kMiB));
  allocate(kMiB);
  allocate(8 * kMiB);
  std::memset(block, 7, kMiB);
  release(allocate(6 * kMiB));  // room, so that moving is the only call
  os::inject_failure(1, 1);
  char* moved = bytes(reallocate(block, 3 * kMiB, nullptr));
  os::inject_failure(0, 0);
  ASSERT_NE(moved, nullptr);
  EXPECT_TRUE(all_are(moved, kMiB, 7));
}

// The last slice's pages behind the block hold what was there before.
TEST_IN_FRESH_PROCESS(Large, APlaceThatWasNotRenewedIsNotTakenForZeros) {
  constexpr size_t kSize = kMiB - kSliceSize / 2;
  bool zeroed;
  char* block = bytes(large::allocate(kSize, kSliceSize, zeroed));
  std::memset(block, 7, kMiB);
  char* larger = bytes(large::allocate(3 * kMiB, kSliceSize, zeroed));
  os::inject_failure(3, 1);  // two calls for the move
  ASSERT_TRUE(large::move(region::find(reinterpret_cast<uintptr_t>(block)),
                          region::find(reinterpret_cast<uintptr_t>(larger)), zeroed));
  os::inject_failure(0, 0);
  EXPECT_TRUE(all_are(larger, kSize, 7));
  char* again = bytes(large::allocate(kMiB, kSliceSize, zeroed));
  EXPECT_EQ(again, block);
  EXPECT_TRUE(!zeroed || all_are(again, kMiB, 0));
}

TEST(Large, BetweenLargeAndSmallerOnes) {
  char* block = bytes(allocate(100));
  std::memset(block, 3, 100);
  for (const size_t size : {100'000, 2000, 70'000, 33'000, 10, 1'000'000, 32'768, 32'769}) {
    block = bytes(reallocate(block, size, nullptr));
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(all_are(block, 10, 3));
    EXPECT_GE(usable_size(block), size);
  }
  release(block);
}

TEST(Large, ZeroedMemoryIsZeroThoughUsedBefore) {
  for (const size_t size : {40'000, 65'536, 200'000, 3'000'000}) {
    for (int i = 0; i < 3; ++i) {
      char* block = bytes(allocate_zeroed(size));
      EXPECT_TRUE(all_are(block, size, 0));
      std::memset(block, 1, usable_size(block));
      release(block);
    }
  }
}

TEST(Large, MisuseIsReported) {
  char* block = bytes(allocate(3 * kSliceSize));
  void* behind = allocate(kSliceSize);
  const std::string invalid = "oxidalloc: free of invalid pointer 0x";
  for (const size_t offset : {size_t{1}, size_t{16}, kSliceSize - 1, kSliceSize, 2 * kSliceSize})
    EXPECT_EXIT(release(block + offset), testing::KilledBySignal(SIGABRT), invalid) << offset;
  EXPECT_EXIT(release(block); release(block), testing::KilledBySignal(SIGABRT),
                              "double free of 0x|free of invalid pointer 0x");
  EXPECT_EXIT(release(block); reallocate(block, kMiB, nullptr), testing::KilledBySignal(SIGABRT),
                              "oxidalloc: realloc of invalid pointer 0x");
  for (const size_t offset : {size_t{16}, kSliceSize})
    EXPECT_EXIT(reallocate(block + offset, kMiB, nullptr), testing::KilledBySignal(SIGABRT),
                "oxidalloc: realloc of invalid pointer 0x");
  EXPECT_EXIT(usable_size(block + kSliceSize), testing::KilledBySignal(SIGABRT),
              "oxidalloc: malloc_usable_size of invalid pointer 0x");
  release(block);
  release(behind);
}

}  // namespace large_test
}  // namespace ox::heap
