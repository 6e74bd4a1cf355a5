// Small slabs of classes that hardly use their slabs: they take over little memory from slabs of
// other classes, and others all of it.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "span/region.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox::heap {
namespace light_slabs_test {

using test::in_heap_thread;
using test::make_busy;

constexpr size_t kRare = 48, kCommon = 80, kFilling = 1024;

// A thread that needs so many blocks of a size at once.
template <typename Function>
void with_blocks(size_t size, size_t count, Function function) {
  in_heap_thread([&] {
    make_busy(size);
    std::vector<void*> blocks(count);
    for (void*& block : blocks) block = allocate(size);
    function(blocks.back());
    for (void* block : blocks) release(block);
  });
}

size_t resident_bytes(const void* block) {
  const Descriptor* slab = region::find(reinterpret_cast<uintptr_t>(block));
  std::vector<unsigned char> pages(kSliceSize / os::page_size());
  EXPECT_EQ(mincore(slab->start, kSliceSize, pages.data()), 0);
  size_t bytes = 0;
  for (const unsigned char page : pages) bytes += (page & 1) * os::page_size();
  return bytes;
}

// With so much in use, what is freed is not given back at once.
void use_64_mib() {
  allocate(size_t{64} << 20);
}

// Slices that hold memory from end to end, of no slab.
void leave_slices() {
  with_blocks(kFilling, 640, [](void*) {});
}

TEST_IN_FRESH_PROCESS(LightSlabs, OfAClassThatNeedsLittleHoldLittle) {
  if (os::page_size() > kLight) GTEST_SKIP() << "a page is more than a light slice holds";
  use_64_mib();
  for (int i = 0; i < 4; ++i) with_blocks(kRare, 10, [](void*) {});
  leave_slices();
  // Two at once: a light slice was left, and one has to be made light.
  with_blocks(kRare, 10, [](void* first) {
    with_blocks(kRare, 10, [&](void* second) {
      EXPECT_LE(resident_bytes(first), kLight);
      EXPECT_LE(resident_bytes(second), kLight);
    });
  });
}

// Then it costs no call to the kernel any more.
TEST_IN_FRESH_PROCESS(LightSlabs, StayLightFromOneToTheNext) {
  use_64_mib();
  for (int i = 0; i < 4; ++i) with_blocks(kRare, 10, [](void*) {});
  leave_slices();
  const size_t before = figures().purges;
  for (int i = 0; i < 20; ++i) {
    with_blocks(kRare, 10, [](void*) {});
    with_blocks(kFilling, 64, [](void*) {});
  }
  EXPECT_LE(figures().purges - before, 1u);
}

TEST_IN_FRESH_PROCESS(LightSlabs, OfAClassThatNeedsMuchHoldWhatWasThere) {
  use_64_mib();
  with_blocks(kCommon, 6 * kSliceSize / kCommon, [](void*) {});
  for (int i = 0; i < 4; ++i) with_blocks(kCommon, kSliceSize / kCommon / 2, [](void*) {});
  leave_slices();
  with_blocks(kCommon, 10, [](void* block) { EXPECT_EQ(resident_bytes(block), kSliceSize); });
}

// A large block that is small, in a slice of its own: what is behind it holds memory as before.
TEST_IN_FRESH_PROCESS(LightSlabs, ASliceOfAnAlignedBlockIsNoLightOne) {
  use_64_mib();
  leave_slices();
  const size_t before = figures().free_dirty_bytes;
  void* block = allocate_aligned(kSliceSize, 100);
  EXPECT_EQ(figures().free_dirty_bytes, before - kSliceSize);
  release(block);
  EXPECT_EQ(figures().free_dirty_bytes, before);
}

}  // namespace light_slabs_test
}  // namespace ox::heap
