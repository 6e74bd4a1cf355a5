#include "span/region.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>

#include "os/memory.h"
#include "support/fresh_process.h"
#include "support/scale.h"

namespace ox {
namespace region_test {

Descriptor* take(size_t slices, size_t alignment = kSliceSize) {
  size_t skipped = 0;
  return region::take(slices, alignment, skipped);
}

TEST_IN_FRESH_PROCESS(RegionTest, NothingIsFoundBeforeTheFirstUse) {
  int local;
  EXPECT_EQ(region::find(0), nullptr);
  EXPECT_EQ(region::find(reinterpret_cast<uintptr_t>(&local)), nullptr);
  EXPECT_EQ(region::find(UINTPTR_MAX), nullptr);
}

TEST_IN_FRESH_PROCESS(RegionTest, TakesFromTheFrontierInOrder) {
  const Descriptor* first = take(2);
  const Descriptor* second = take(3);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->start, first->start + 2 * kSliceSize);
  EXPECT_EQ(second, first + 2);
  EXPECT_EQ(second->slices, 3u);
  EXPECT_EQ(second->region, &region::primary);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first->start) % kSliceSize, 0u);
  EXPECT_NE(first, region::primary.descriptor(0));  // 0 means: no leader
}

TEST_IN_FRESH_PROCESS(RegionTest, FindsEveryByteOfWhatWasTakenAndNoOther) {
  Descriptor* span = take(2);
  ASSERT_NE(span, nullptr);
  const auto start = reinterpret_cast<uintptr_t>(span->start);
  EXPECT_EQ(region::find(start), span);
  EXPECT_EQ(region::find(start + kSliceSize - 1), span);
  EXPECT_EQ(region::find(start + kSliceSize), span + 1);
  EXPECT_EQ(region::find(start + 2 * kSliceSize - 1), span + 1);
  EXPECT_EQ(region::find(start + 2 * kSliceSize), nullptr);
  EXPECT_EQ(region::find(region::primary.base - 1), nullptr);
}

TEST_IN_FRESH_PROCESS(RegionTest, MemoryIsAccessibleAndZero) {
  for (const size_t slices : {1, 5, 100, 1500}) {
    const Descriptor* span = take(slices);
    ASSERT_NE(span, nullptr);
    EXPECT_EQ(span->start[0], 0);
    EXPECT_EQ(span->start[span->size() - 1], 0);
    std::memset(span->start, 1, span->size());
  }
  EXPECT_GE(region::committed(), size_t{1606} << kSliceShift);
}

TEST_IN_FRESH_PROCESS(RegionTest, CountsWhatAlignmentSkips) {
  size_t skipped = 99;
  ASSERT_NE(region::take(1, kSliceSize, skipped), nullptr);
  EXPECT_EQ(skipped, 0u);
  constexpr size_t kAlignment = size_t{1} << 22;
  const size_t limit = region::primary.limit;
  const Descriptor* span = region::take(1, kAlignment, skipped);
  ASSERT_NE(span, nullptr);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(span->start) % kAlignment, 0u);
  EXPECT_EQ(span->start - (skipped << kSliceShift),
            reinterpret_cast<char*>(region::primary.base + limit));
}

TEST_IN_FRESH_PROCESS(RegionTest, GrowsInStepsOfAShareOfWhatIsThere) {
  os::inject_failure(~0u, 1);  // counts
  constexpr size_t kSpans = 4096;
  for (size_t i = 0; i < kSpans; ++i) ASSERT_NE(take(1), nullptr);
  EXPECT_LT(os::calls_made(), kSpans / 16);
  EXPECT_LT(region::committed(), kSpans * kSliceSize * 5 / 4);
}

TEST_IN_FRESH_PROCESS(RegionTest, ARefusalChangesNothing) {
  ASSERT_NE(take(1), nullptr);
  const size_t limit = region::primary.limit;
  os::inject_failure(1, ~0u);
  EXPECT_EQ(take(1000), nullptr);
  os::inject_failure(0, 0);
  EXPECT_EQ(region::primary.limit, limit);
  EXPECT_EQ(region::count(), 1u);
  EXPECT_NE(take(1000), nullptr);
}

// Address space for little: the region is small, and further ones follow.
TEST_IN_FRESH_PROCESS(RegionTest, LadderWhereAddressSpaceIsScarce) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers need all address space";
  const rlimit scarce{size_t{400} << 20, size_t{400} << 20};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &scarce), 0);
  size_t spans = 0;
  while (Descriptor* span = take(16)) {
    ASSERT_EQ(region::find(reinterpret_cast<uintptr_t>(span->start)), span);
    ASSERT_EQ(region::find(reinterpret_cast<uintptr_t>(span->start) + kSliceSize), span + 1);
    span->start[0] = span->start[span->size() - 1] = 1;
    ++spans;
  }
  EXPECT_LT(region::primary.size, size_t{400} << 20);
  EXPECT_GT(region::count(), 1u);
  EXPECT_GE(spans, 200u);  // MiB, of 400
  EXPECT_EQ(take(16), nullptr);
}

TEST_IN_FRESH_PROCESS(RegionTest, LongRequestsGetARegionOfTheirOwn) {
  if (test::kSanitized) GTEST_SKIP() << "sanitizers need all address space";
  const rlimit scarce{size_t{900} << 20, size_t{900} << 20};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &scarce), 0);
  ASSERT_NE(take(1), nullptr);
  EXPECT_NE(take((size_t{300} << 20) >> kSliceShift), nullptr);
  EXPECT_EQ(take((size_t{900} << 20) >> kSliceShift), nullptr);
  EXPECT_NE(take(1), nullptr);
}

}  // namespace region_test
}  // namespace ox
