// Free spans and the ranges of them that may hold memory, through the span heap, which has the
// lock.
#include "span/free_spans.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "os/memory.h"
#include "span/span_heap.h"
#include "support/fresh_process.h"
#include "support/shadow_heap.h"

namespace ox {
namespace free_spans_test {

static_assert(SliceRange{3, 7}.before(5).size() == 2 && SliceRange{3, 7}.before(3).empty());
static_assert(SliceRange{3, 7}.behind(5).from == 0 && SliceRange{3, 7}.behind(5).to == 2);
static_assert(SliceRange{3, 7}.behind(1).from == 2 && SliceRange{3, 7}.behind(7).empty());
static_assert(SliceRange{}.moved_up(9).empty() && SliceRange{1, 2}.moved_up(9).from == 10);

Descriptor* take(size_t slices) {
  bool zeroed;
  Descriptor* span = span_heap::allocate(slices, kSliceSize, zeroed);
  span->kind = SpanKind::Large;
  return span;
}

// Spans side by side, and one behind them that stays: with so much in use, what is freed is not
// given back at once.
std::vector<Descriptor*> row(std::initializer_list<size_t> lengths) {
  std::vector<Descriptor*> spans;
  for (const size_t slices : lengths) spans.push_back(take(slices));
  take(1024);
  return spans;
}

void give_back(Descriptor* span, size_t dirty_slices) {
  span->kind = SpanKind::None;
  span_heap::release(span, dirty_slices * kSliceSize);
}

TEST_IN_FRESH_PROCESS(FreeSpans, ACleanNeighbourIsMergedWithAndStaysOutsideTheRange) {
  const auto spans = row({4, 10});
  give_back(spans[0], 4);
  give_back(spans[1], 0);
  EXPECT_EQ(free_spans::dirty_bytes(), 4 * kSliceSize);
  EXPECT_EQ(take(14)->start, spans[0]->start);
}

void give_back_light(Descriptor* slice) {
  slice->kind = SpanKind::None;
  span_heap::release(slice, 100);
}

Descriptor* take_slice(bool light, span_heap::Holds expected) {
  span_heap::Holds holds;
  Descriptor* slice = span_heap::allocate_slice(light, holds);
  slice->kind = SpanKind::Large;
  EXPECT_EQ(holds, expected);
  return slice;
}

using span_heap::Holds;

bool is_every_page_light() {
  return os::page_size() <= kLight;
}

TEST_IN_FRESH_PROCESS(FreeSpans, ALightSliceIsForWhoWantsOne) {
  if (!is_every_page_light()) GTEST_SKIP() << "a page is more than a light slice holds";
  const auto spans = row({1, 1, 1, 1, 1});
  give_back(spans[0], 1);
  give_back_light(spans[2]);
  give_back_light(spans[4]);
  EXPECT_EQ(free_spans::dirty_bytes(), kSliceSize + 2 * kLight);
  EXPECT_EQ(take_slice(true, Holds::Little), spans[4]);
  EXPECT_EQ(take_slice(false, Holds::Much), spans[0]);
  // Before what is clean.
  EXPECT_EQ(take_slice(false, Holds::Little), spans[2]);
  take_slice(true, Holds::Nothing);
  EXPECT_EQ(free_spans::dirty_bytes(), 0u);
}

TEST_IN_FRESH_PROCESS(FreeSpans, LightSlicesMergeWhereDirtyOnesDoNotSuffice) {
  if (!is_every_page_light()) GTEST_SKIP() << "a page is more than a light slice holds";
  const auto spans = row({1, 1, 1, 2});
  give_back(spans[0], 1);
  give_back_light(spans[1]);
  give_back_light(spans[2]);
  give_back(spans[3], 2);
  EXPECT_EQ(take(2), spans[3]);
  EXPECT_EQ(take_slice(true, Holds::Little), spans[2]);
  give_back_light(spans[2]);
  EXPECT_EQ(take(3), spans[0]);
  EXPECT_EQ(free_spans::dirty_bytes(), 0u);
}

TEST_IN_FRESH_PROCESS(FreeSpans, ALightSliceWithoutFreeNeighboursStaysLight) {
  if (!is_every_page_light()) GTEST_SKIP() << "a page is more than a light slice holds";
  const auto spans = row({1, 1, 1, 1, 1});
  give_back_light(spans[1]);
  give_back_light(spans[3]);
  take(2);
  EXPECT_EQ(free_spans::dirty_bytes(), 2 * kLight);
  give_back_light(spans[2]);
  EXPECT_EQ(take(3), spans[1]);
}

TEST_IN_FRESH_PROCESS(FreeSpans, ASpanGrowsIntoALightSlice) {
  const auto spans = row({2, 1, 1});
  give_back_light(spans[1]);
  bool zeroed = true;
  EXPECT_TRUE(span_heap::extend(spans[0], 3, zeroed));
  EXPECT_FALSE(zeroed);
  EXPECT_EQ(free_spans::dirty_bytes(), 0u);
}

TEST_IN_FRESH_PROCESS(FreeSpans, LightSlicesSideBySideGoBackTogether) {
  const auto spans = row({1, 1, 1, 1, 1, 1, 1, 1});
  for (Descriptor* span : spans) give_back_light(span);
  const size_t before = span_heap::figures().purges;
  EXPECT_TRUE(span_heap::purge_all());
  EXPECT_EQ(span_heap::figures().purges - before, 1u);
}

TEST_IN_FRESH_PROCESS(FreeSpans, LightSlicesGoBackAsOthersDo) {
  const auto spans = row({1, 1, 1});
  for (Descriptor* span : {spans[0], spans[2]}) {
    std::memset(span->start, 1, 100);
    give_back_light(span);
  }
  EXPECT_TRUE(span_heap::purge_all());
  EXPECT_EQ(free_spans::dirty_bytes(), 0u);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(take_slice(true, Holds::Nothing)->start[0], 0);
}

TEST_IN_FRESH_PROCESS(FreeSpans, ASmallCleanGapIsCovered) {
  const auto spans = row({3, 2, 4});
  give_back(spans[0], 3);
  give_back(spans[1], 0);
  give_back(spans[2], 4);
  EXPECT_EQ(free_spans::dirty_bytes(), 9 * kSliceSize);
  EXPECT_EQ(take(9)->start, spans[0]->start);
}

TEST_IN_FRESH_PROCESS(FreeSpans, ALargeCleanGapKeepsThemApart) {
  const auto spans = row({3, 20, 4});
  give_back(spans[0], 3);
  give_back(spans[1], 0);
  give_back(spans[2], 4);
  EXPECT_EQ(free_spans::dirty_bytes(), 7 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(FreeSpans, DirtySlicesAreTakenFirst) {
  const auto spans = row({10, 3, 10});
  give_back(spans[0], 0);
  give_back(spans[2], 0);
  give_back(spans[1], 3);
  EXPECT_EQ(take(2)->start, spans[1]->start);
  EXPECT_EQ(free_spans::dirty_bytes(), 1 * kSliceSize);
}

// What is called zero is zero, whatever was merged and split before.
TEST_IN_FRESH_PROCESS(FreeSpans, WhatIsOutsideTheRangesReadsAsZero) {
  test::Random random(1);
  std::vector<Descriptor*> in;
  for (int step = 0; step < 20'000; ++step) {
    if (in.size() < 40 && random.one_in(2)) {
      bool zeroed;
      Descriptor* span =
          span_heap::allocate(random.between(1, 30), kSliceSize << random.below(3), zeroed);
      span->kind = SpanKind::Large;
      for (size_t at = 0; zeroed && at < span->size(); at += kSliceSize)
        ASSERT_EQ(span->start[at], 0);
      in.push_back(span);
    } else if (!in.empty()) {
      std::swap(in[random.below(in.size())], in.back());
      // Untouched spans that read as zero go back clean; others are written to here and there.
      Descriptor* span = in.back();
      size_t touched = 0;
      for (size_t slice = 0; slice < span->slices; ++slice) {
        if (random.one_in(3)) span->start[slice << kSliceShift] = 1;
        if (span->start[slice << kSliceShift] != 0) touched = slice + 1;
      }
      give_back(span, touched);
      in.pop_back();
    }
    if (random.one_in(500)) span_heap::purge_all();
  }
}

}  // namespace free_spans_test
}  // namespace ox
