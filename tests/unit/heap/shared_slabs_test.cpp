// Neighbouring medium classes share slabs while a heap has few blocks of them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/options.h"
#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox::heap {
namespace shared_slabs_test {

// A request of a smaller neighbour, its class's blocks, and those of the larger neighbour.
constexpr size_t kSize = 9000, kOwn = 9216, kShared = 10'240;
static_assert(block_size(size_class_of(kSize)) == kOwn);
static_assert(block_size(neighbour(size_class_of(kSize))) == kShared);

const Descriptor* slab_of(const void* block) {
  return region::leader_by_walk(region::find(reinterpret_cast<uintptr_t>(block)));
}

// Until the class has slabs of its own, or it takes more than it should.
std::vector<void*> blocks_until_separate(size_t size) {
  constexpr size_t kTooMany = 200;
  std::vector<void*> blocks;
  do blocks.push_back(allocate(size));
  while (usable_size(blocks.back()) > block_size(size_class_of(size)) && blocks.size() < kTooMany);
  return blocks;
}

// The process grows: slabs that are not used are looked for, and released.
void grow() {
  for (int i = 0; i < 500; ++i) allocate(kMaxMedium);
}

void release_all(const std::vector<void*>& blocks) {
  for (void* block : blocks) release(block);
}

TEST_IN_FRESH_PROCESS(SharedSlabs, ServeNeighboursAlike) {
  test::leave_nursery(kSize);
  void* const smaller = allocate(kSize);
  void* const larger = allocate(kShared);
  EXPECT_EQ(usable_size(smaller), kShared);
  EXPECT_EQ(slab_of(smaller), slab_of(larger));
  release(smaller);
  EXPECT_EQ(allocate(kShared), smaller);
}

TEST_IN_FRESH_PROCESS(SharedSlabs, ServeFewBlocksAlone) {
  test::leave_nursery(kSize);
  const auto blocks = blocks_until_separate(kSize);
  EXPECT_LE(blocks.size(), 80u);
  // From now on each has its own, however few blocks the larger one has.
  release_all({blocks.begin(), blocks.end() - 1});
  trim();
  EXPECT_EQ(usable_size(allocate(kSize)), kOwn);
  EXPECT_EQ(usable_size(allocate(kShared)), kShared);
}

TEST_IN_FRESH_PROCESS(SharedSlabs, AreSharedAgainWhenTheSmallerClassHasNone) {
  test::leave_nursery(kSize);
  release_all(blocks_until_separate(kSize));
  grow();
  EXPECT_EQ(usable_size(allocate(kSize)), kShared);
}

// Released, or given away at the thread's end: neither class takes from it any more.
TEST_IN_FRESH_PROCESS(SharedSlabs, AreLostToBothTogether) {
  test::leave_nursery(kSize);
  void* const first = allocate(kSize);
  const Descriptor* const slice = region::find(reinterpret_cast<uintptr_t>(first));
  release(first);
  grow();
  EXPECT_FALSE(slice->kind == SpanKind::Medium && slice->size_class == size_class_of(kShared));
  void* const second = allocate(kSize);
  EXPECT_EQ(slab_of(second)->kind, SpanKind::Medium);
  EXPECT_EQ(slab_of(second)->size_class, size_class_of(kShared));
  void* left = nullptr;
  for (int life = 0; life < 2; ++life)
    test::in_heap_thread([&] {
      test::leave_nursery(kSize);
      release(left);
      left = allocate(kSize);
      EXPECT_EQ(usable_size(left), kShared);
      EXPECT_NE(slab_of(left), slab_of(second));
    });
}

// Memory that a thread has left is used before the process takes more.
TEST_IN_FRESH_PROCESS(SharedSlabs, AreNotSharedWhereASlabOfTheClassHasNoThread) {
  void* left = nullptr;
  test::in_heap_thread([&] {
    test::make_busy(kSize);
    left = allocate(kSize);
  });
  test::leave_nursery(kShared);
  test::leave_nursery(kSize);
  EXPECT_EQ(slab_of(allocate(kSize)), slab_of(left));
}

TEST_IN_FRESH_PROCESS(SharedSlabs, WasteAtMostAQuarter) {
  for (size_t size = kMaxSmall + 1; size <= kMaxMedium; size += 61) {
    test::leave_nursery(size);
    void* const block = allocate(size);
    ASSERT_NE(slab_of(block)->kind, SpanKind::Nursery);
    ASSERT_LE(usable_size(block), size + size / 4);
    release(block);
  }
}

TEST_IN_FRESH_PROCESS(SharedSlabs, ServeAlignedRequests) {
  for (size_t alignment = 64; alignment <= kMaxMedium; alignment *= 2)
    for (size_t size = alignment; size <= kMaxMedium; size += alignment) {
      if (size > kMaxSmall && alignment >= 1024) test::leave_nursery(size);
      void* const block = allocate_aligned(alignment, size);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u) << size;
      ASSERT_GE(usable_size(block), size);
      release(block);
    }
}

// Where memory is limited, the class's own slab may be had where the larger one is too large.
TEST_IN_FRESH_PROCESS(SharedSlabs, DoNotMakeARequestFail) {
  constexpr size_t kLargest = 30'000;  // its first slab has a slice, the neighbour's two
  allocate(16);                        // the nursery stays
  test::leave_nursery(kLargest);
  const size_t limit = figures().span_bytes + kSliceSize;
  options.read(("OX_MEMORY_LIMIT=" + std::to_string(limit)).c_str());
  while (allocate(kLargest)) {
  }
  EXPECT_EQ(figures().span_bytes, limit);
}

}  // namespace shared_slabs_test
}  // namespace ox::heap
