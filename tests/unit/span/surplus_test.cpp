// What a region gives up of its reservation, and what it keeps.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

#include "os/memory.h"
#include "span/region.h"
#include "span/span_heap.h"
#include "support/fresh_process.h"
#include "support/scale.h"

namespace ox {
namespace surplus_test {

constexpr size_t kMiB = size_t{1} << 20;

Descriptor* take(size_t slices) {
  size_t skipped = 0;
  return region::take(slices, kSliceSize, skipped);
}

void* map_at(const char* place, size_t size) {
  return mmap(const_cast<char*>(place), size, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

TEST_IN_FRESH_PROCESS(SurplusTest, NothingBeforeTheFirstUse) {
  EXPECT_EQ(region::surplus(), 0u);
  EXPECT_EQ(region::give_up_surplus(0), 0u);
}

TEST_IN_FRESH_PROCESS(SurplusTest, TheProcessHasThatMuchLessMapped) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers map memory of their own";
  ASSERT_NE(take(10), nullptr);
  const size_t before = os::mapped_bytes();
  const size_t surplus = region::surplus();
  EXPECT_EQ(region::give_up_surplus(0), surplus);
  EXPECT_EQ(os::mapped_bytes(), before - surplus);
  EXPECT_EQ(region::surplus(), 0u);
  EXPECT_EQ(region::give_up_surplus(0), 0u);
}

TEST_IN_FRESH_PROCESS(SurplusTest, WhatIsInUseStaysAndIsFound) {
  Descriptor* span = take(100);
  ASSERT_NE(span, nullptr);
  std::memset(span->start, 1, span->size());
  ASSERT_NE(region::give_up_surplus(0), 0u);
  EXPECT_EQ(region::find(reinterpret_cast<uintptr_t>(span->start) + kSliceSize), span + 1);
  EXPECT_EQ(span->start[span->size() - 1], 1);
}

TEST_IN_FRESH_PROCESS(SurplusTest, TheRegionGrowsBySpareAndThenAnotherOneFollows) {
  ASSERT_NE(take(1), nullptr);
  region::give_up_surplus(8 * kMiB);
  for (size_t i = 0; i < 8 * kMiB >> kSliceShift; ++i) {
    Descriptor* span = take(1);
    ASSERT_NE(span, nullptr);
    ASSERT_EQ(span->region, &region::primary);
    span->start[0] = span->start[kSliceSize - 1] = 1;
  }
  for (size_t i = 0; i < 8 * kMiB >> kSliceShift; ++i) {
    Descriptor* span = take(1);
    ASSERT_NE(span, nullptr);
    ASSERT_EQ(region::find(reinterpret_cast<uintptr_t>(span->start)), span);
    span->start[0] = span->start[kSliceSize - 1] = 1;
  }
  EXPECT_EQ(region::count(), 2u);
}

TEST_IN_FRESH_PROCESS(SurplusTest, WhatOthersMappedInItsPlaceIsTheirs) {
  ASSERT_NE(take(1), nullptr);
  region::give_up_surplus(8 * kMiB);
  const Region& region = region::primary;
  const size_t page = os::page_size();
  void* const theirs[] = {map_at(region.first - page, page), map_at(region.table_end, page),
                          map_at(region.end, page)};
  for (void* place : theirs) {
    ASSERT_NE(place, MAP_FAILED);
    std::memset(place, 1, page);
  }
  EXPECT_GT(region::give_up_surplus(0), 7 * kMiB);
  for (void* place : theirs) EXPECT_EQ(*static_cast<char*>(place), 1);
}

TEST_IN_FRESH_PROCESS(SurplusTest, RoomIsMadeOnlyWhereItHelps) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers map memory of their own";
  ASSERT_NE(take(1), nullptr);
  const size_t mapped = os::mapped_bytes();
  const size_t others = mapped - region::surplus();
  EXPECT_FALSE(span_heap::make_room(mapped, mapped));      // it fits as it is
  EXPECT_FALSE(span_heap::make_room(mapped, others - 1));  // it does not fit in any case
  EXPECT_EQ(os::mapped_bytes(), mapped);
  EXPECT_TRUE(span_heap::make_room(mapped, others + 64 * kMiB));
  EXPECT_LE(os::mapped_bytes(), others + 33 * kMiB);  // half is left to others
  EXPECT_GT(region::surplus(), 31 * kMiB);
}

TEST_IN_FRESH_PROCESS(SurplusTest, RoomIsMadeWhereWhatIsMappedIsNotKnown) {
  ASSERT_NE(take(1), nullptr);
  EXPECT_TRUE(span_heap::make_room(0, 8 * kMiB));
  EXPECT_LE(region::surplus(), 5 * kMiB);
}

}  // namespace surplus_test
}  // namespace ox
