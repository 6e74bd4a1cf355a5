#include "span/retention.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "span/span_heap.h"
#include "support/fresh_process.h"

namespace ox::span_heap {
namespace retention_test {

constexpr size_t kMiB = size_t{1} << 20;

Descriptor* take(size_t bytes) {
  bool zeroed;
  Descriptor* span = allocate(bytes / kSliceSize, kSliceSize, zeroed);
  span->kind = SpanKind::Large;
  return span;
}

void give_back(Descriptor* span) {
  span->kind = SpanKind::None;
  release(span, span->size());
}

// Takes so many spans of 1 MiB and gives them all back.
void round_of(size_t spans) {
  std::vector<Descriptor*> taken(spans);
  for (Descriptor*& span : taken) span = take(kMiB);
  for (Descriptor* span : taken) give_back(span);
}

size_t purged_in_rounds(int rounds, size_t spans) {
  const size_t before = figures().purged_bytes;
  for (int round = 0; round < rounds; ++round) round_of(spans);
  return figures().purged_bytes - before;
}

// Sixteen spans of 64 KiB to 8 MiB, of which one at random is replaced: what is in use goes up and
// down, and of what is taken little has to be had from the system again.
TEST_IN_FRESH_PROCESS(Retention, WhatIsReplacedAtRandomStays) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(0, 7);
  std::array<Descriptor*, 16> table{};
  size_t taken = 0;
  const auto replace = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Descriptor*& span = table[random() % table.size()];
      if (span) give_back(span);
      span = take(static_cast<size_t>(std::exp2(exponent(random))) * kSliceSize);
      taken += span->size();
    }
  };
  replace(1000);
  const size_t before = figures().purged_bytes;
  taken = 0;
  replace(5000);
  EXPECT_LE((figures().purged_bytes - before) * 20, taken);
}

TEST_IN_FRESH_PROCESS(Retention, WhatGoesWholeAndComesAgainStays) {
  purged_in_rounds(5, 27);
  EXPECT_LE(purged_in_rounds(20, 27), 27 * kMiB);
}

// However much was wanted again.
TEST_IN_FRESH_PROCESS(Retention, WithNothingInUseTheRestIsBounded) {
  purged_in_rounds(10, 500);
  EXPECT_LE(figures().dirty_bytes, 65 * kMiB);
  EXPECT_GE(figures().dirty_bytes, 16 * kMiB);  // not because there was no regret
}

// A collector's cycles: up to four times what stays comes and goes.
TEST_IN_FRESH_PROCESS(Retention, WhatComesAgainBesideALiveSetStays) {
  for (int i = 0; i < 100; ++i) take(kMiB);
  purged_in_rounds(5, 300);
  EXPECT_LE(purged_in_rounds(10, 300), 300 * kMiB);
}

TEST_IN_FRESH_PROCESS(Retention, WhatComesAgainMayBeIdleBesideALiveSet) {
  for (int i = 0; i < 300; ++i) take(kMiB);
  EXPECT_FALSE(retention::may_be_idle(120 * kMiB));
  purged_in_rounds(5, 300);
  EXPECT_TRUE(retention::may_be_idle(120 * kMiB));
  EXPECT_FALSE(retention::may_be_idle(160 * kMiB));
}

TEST_IN_FRESH_PROCESS(Retention, OfWhatElseIsInUseABoundCountsForIdleSlabs) {
  for (int i = 0; i < 600; ++i) take(kMiB);
  purged_in_rounds(5, 300);
  EXPECT_TRUE(retention::may_be_idle(146 * kMiB));
  EXPECT_FALSE(retention::may_be_idle(148 * kMiB));
}

// They count as in use, but not as what the program goes on using.
TEST_IN_FRESH_PROCESS(Retention, WhatOthersEmptiedRetainsLittle) {
  take(140 * kMiB);
  retention::now_idle(140 * kMiB, retention::Idle::Resident);
  purged_in_rounds(10, 500);
  EXPECT_LE(figures().dirty_bytes, 65 * kMiB + 140 * kMiB / 2 + 140 * kMiB / 32);
}

// Rounds that are smaller: of what the large ones left, the more than they need goes in time.
TEST_IN_FRESH_PROCESS(Retention, WhatNobodyWantsAnyMoreGoes) {
  purged_in_rounds(10, 40);
  const size_t retained = figures().dirty_bytes;
  purged_in_rounds(2000, 2);
  EXPECT_LT(figures().dirty_bytes, retained / 2);
}

// A surplus is given back by itself, not with all of the span that it is of.
TEST_IN_FRESH_PROCESS(Retention, OnlyTheSurplusGoes) {
  take(512 * kMiB);
  Descriptor* span = take(64 * kMiB);
  take(kSliceSize);  // no neighbour of the frontier
  give_back(span);
  EXPECT_GE(figures().dirty_bytes, 12 * kMiB);
  EXPECT_LE(figures().dirty_bytes, 20 * kMiB);
}

// What the other threads of a heap that was large have emptied.
TEST_IN_FRESH_PROCESS(Retention, ALargeHeapHasNoMoreIdleSlabs) {
  take(1024 * kMiB);
  EXPECT_TRUE(retention::may_be_idle(4 * kMiB));
  retention::now_idle(4 * kMiB, retention::Idle::Resident);
  EXPECT_FALSE(retention::may_be_idle(kMiB));
}

TEST_IN_FRESH_PROCESS(Retention, WhatIdleSlabsGaveBackIsNotInUse) {
  take(512 * kMiB);
  retention::now_idle(512 * kMiB, retention::Idle::Purged);
  give_back(take(64 * kMiB));
  EXPECT_LE(figures().dirty_bytes, 4 * kMiB);
}

TEST_IN_FRESH_PROCESS(Retention, WhatWasMovedGoesWhole) {
  take(512 * kMiB);
  Descriptor* span = take(64 * kMiB);
  span->moved = true;
  take(kSliceSize);
  give_back(span);
  EXPECT_EQ(CountedFlag::count(), 0u);
  for (int i = 0; i < 100; ++i) take(kSliceSize);
  EXPECT_EQ(CountedFlag::count(), 0u);
}

}  // namespace retention_test
}  // namespace ox::span_heap
