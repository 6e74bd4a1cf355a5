#include "span/span_heap.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "base/options.h"
#include "os/memory.h"
#include "span/region.h"
#include "support/fresh_process.h"

namespace ox::span_heap {
namespace span_heap_test {

constexpr size_t kMiB = size_t{1} << 20;

struct Taken {
  Descriptor* span;
  bool zeroed;
};

Taken take(size_t slices, size_t alignment = kSliceSize) {
  Taken taken{};
  taken.span = allocate(slices, alignment, taken.zeroed);
  EXPECT_NE(taken.span, nullptr);
  if (taken.span) taken.span->kind = SpanKind::Large;
  return taken;
}

void touch(Descriptor* span) {
  std::memset(span->start, 1, span->size());
}

void give_back(Descriptor* span) {
  span->kind = SpanKind::None;
  release(span, span->size());
}

// With so much in use, a few megabytes that are freed are not given back at once.
void use_64_mib() {
  take(64 * kMiB / kSliceSize);
}

bool is_zero(const char* start, size_t size) {
  return start[0] == 0 && std::memcmp(start, start + 1, size - 1) == 0;
}

TEST_IN_FRESH_PROCESS(SpanHeap, HandsOutDistinctAlignedZeroedSpans) {
  std::vector<Descriptor*> spans;
  for (const size_t slices : {1, 1, 2, 16, 33, 100}) {
    const Taken taken = take(slices);
    EXPECT_TRUE(taken.zeroed);
    EXPECT_EQ(taken.span->slices, slices);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(taken.span->start) % kSliceSize, 0u);
    EXPECT_TRUE(is_zero(taken.span->start, taken.span->size()));
    touch(taken.span);
    for (const Descriptor* other : spans)
      EXPECT_TRUE(other->start + other->size() <= taken.span->start ||
                  taken.span->start + taken.span->size() <= other->start);
    spans.push_back(taken.span);
  }
  EXPECT_EQ(figures().used_bytes, size_t{153} << kSliceShift);
  for (Descriptor* span : spans) give_back(span);
  EXPECT_EQ(figures().used_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(SpanHeap, AlignsToAGibibyte) {
  take(1);
  for (size_t alignment = kSliceSize; alignment <= size_t{1} << 30; alignment *= 2)
    EXPECT_EQ(reinterpret_cast<uintptr_t>(take(3, alignment).span->start) % alignment, 0u);
}

TEST_IN_FRESH_PROCESS(SpanHeap, WhatAlignmentLeftUnusedIsUsedLater) {
  const char* first = take(1).span->start;
  const char* aligned = take(1, 16 * kMiB).span->start;
  const size_t committed = figures().committed_bytes;
  for (const char* unused = first + kSliceSize; unused < aligned; unused += kSliceSize) {
    const char* start = take(1).span->start;
    EXPECT_TRUE(first < start && start < aligned);
  }
  EXPECT_EQ(figures().committed_bytes, committed);
}

TEST_IN_FRESH_PROCESS(SpanHeap, ReusesDirtyMemoryFirstAndSaysSo) {
  Descriptor* first = take(4).span;
  take(1);
  touch(first);
  const char* start = first->start;
  give_back(first);
  EXPECT_EQ(figures().dirty_bytes, 4 * kSliceSize);
  const Taken again = take(2);
  EXPECT_EQ(again.span->start, start);
  EXPECT_FALSE(again.zeroed);
  EXPECT_EQ(figures().dirty_bytes, 2 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(SpanHeap, MergesWithBothNeighbours) {
  use_64_mib();
  Descriptor* spans[5];
  for (auto& span : spans) span = take(2).span;
  for (Descriptor* span : spans) touch(span);
  char* start = spans[1]->start;
  give_back(spans[1]);
  give_back(spans[3]);
  give_back(spans[2]);  // with the one before and the one behind
  const Taken merged = take(6);
  EXPECT_EQ(merged.span->start, start);
  EXPECT_FALSE(merged.zeroed);
}

TEST_IN_FRESH_PROCESS(SpanHeap, OnlyWhatWasTouchedIsDirty) {
  Descriptor* span = take(10).span;
  take(1);
  std::memset(span->start, 1, kSliceSize + 1);
  span->kind = SpanKind::None;
  release(span, kSliceSize + 1);
  EXPECT_EQ(figures().dirty_bytes, 2 * kSliceSize);
  EXPECT_FALSE(take(2).zeroed);
  const Taken rest = take(8);
  EXPECT_TRUE(rest.zeroed);
  EXPECT_TRUE(is_zero(rest.span->start, rest.span->size()));
}

TEST_IN_FRESH_PROCESS(SpanHeap, UntouchedSpansGoBackClean) {
  Descriptor* span = take(10).span;
  span->kind = SpanKind::None;
  release(span, 0);
  EXPECT_EQ(figures().dirty_bytes, 0u);
  EXPECT_TRUE(take(10).zeroed);
}

TEST_IN_FRESH_PROCESS(SpanHeap, GivesMuchMemoryBackAtOnce) {
  Descriptor* span = take(64 * kMiB / kSliceSize).span;
  touch(span);
  give_back(span);
  EXPECT_LE(figures().dirty_bytes, 4 * kMiB);
  EXPECT_GT(figures().purges, 0u);
  const Taken again = take(64 * kMiB / kSliceSize);
  EXPECT_TRUE(is_zero(again.span->start, again.span->size()) || !again.zeroed);
}

TEST_IN_FRESH_PROCESS(SpanHeap, WithLittleInUseLittleIsRetained) {
  Descriptor* span = take(kMiB / kSliceSize).span;
  take(1);
  touch(span);
  give_back(span);
  EXPECT_LE(figures().dirty_bytes, kMiB / 2);
}

TEST_IN_FRESH_PROCESS(SpanHeap, WhatIsWantedAgainSoonIsRetained) {
  for (int round = 0; round < 100; ++round) {
    Descriptor* span = take(4 * kMiB / kSliceSize).span;
    touch(span);
    give_back(span);
  }
  EXPECT_LE(figures().purges, 5u);
}

TEST_IN_FRESH_PROCESS(SpanHeap, GrowthIsNotWantingAgain) {
  for (size_t round = 1; round <= 20; ++round) {
    Descriptor* span = take(round * 16).span;
    touch(span);
    give_back(span);
    EXPECT_LE(figures().dirty_bytes, kMiB / 2);
  }
}

TEST_IN_FRESH_PROCESS(SpanHeap, TheMemoryLimit) {
  options.read("OX_MEMORY_LIMIT=1M");
  bool zeroed;
  EXPECT_EQ(allocate(17, kSliceSize, zeroed), nullptr);
  Descriptor* span = take(15).span;
  EXPECT_EQ(allocate(2, kSliceSize, zeroed), nullptr);
  EXPECT_FALSE(extend(span, 17, zeroed));
  EXPECT_TRUE(extend(span, 16, zeroed));
  give_back(span);
  EXPECT_NE(take(16).span, nullptr);
}

TEST_IN_FRESH_PROCESS(SpanHeap, MemoryThatCannotBePurgedIsNotCalledZero) {
  Descriptor* span = take(64 * kMiB / kSliceSize).span;
  touch(span);
  os::inject_failure(1, ~0u);
  give_back(span);
  os::inject_failure(0, 0);
  const Taken again = take(64 * kMiB / kSliceSize);
  EXPECT_FALSE(again.zeroed);
  EXPECT_EQ(again.span->start[0], 1);
}

TEST_IN_FRESH_PROCESS(SpanHeap, PurgeAllLeavesNothingDirty) {
  use_64_mib();
  Descriptor* span = take(8).span;
  take(1);
  touch(span);
  give_back(span);
  EXPECT_TRUE(purge_all());
  EXPECT_EQ(figures().dirty_bytes, 0u);
  EXPECT_FALSE(purge_all());
  const Taken again = take(8);
  EXPECT_TRUE(again.zeroed);
  EXPECT_TRUE(is_zero(again.span->start, again.span->size()));
}

TEST_IN_FRESH_PROCESS(SpanHeap, ExtendsIntoAFreeNeighbourOfSufficientLength) {
  Descriptor* span = take(2).span;
  Descriptor* behind = take(4).span;
  take(1);
  bool zeroed;
  EXPECT_FALSE(extend(span, 3, zeroed));  // in use
  touch(behind);
  give_back(behind);
  EXPECT_FALSE(extend(span, 7, zeroed));  // too short
  ASSERT_TRUE(extend(span, 4, zeroed));
  EXPECT_FALSE(zeroed);
  EXPECT_EQ(span->slices, 4u);
  ASSERT_TRUE(purge_all());
  ASSERT_TRUE(extend(span, 6, zeroed));  // the rest, whole
  EXPECT_TRUE(zeroed);
  EXPECT_FALSE(extend(span, 7, zeroed));
  EXPECT_EQ(figures().used_bytes, 7 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(SpanHeap, ExtendsPastTheFrontier) {
  take(1);
  Descriptor* span = take(2).span;
  bool zeroed;
  ASSERT_TRUE(extend(span, 1000, zeroed));
  EXPECT_TRUE(zeroed);
  EXPECT_EQ(span->slices, 1000u);
  EXPECT_TRUE(is_zero(span->start + 2 * kSliceSize, 998 * kSliceSize));
  // Through a free span that ends at the frontier, too.
  Descriptor* behind = take(5).span;
  touch(behind);
  give_back(behind);
  ASSERT_TRUE(extend(span, 1020, zeroed));
  EXPECT_FALSE(zeroed);
  Descriptor* next = take(1).span;
  EXPECT_EQ(next->start, span->start + 1020 * kSliceSize);
  EXPECT_EQ(figures().used_bytes, 1022 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(SpanHeap, ShrinkingFreesTheRest) {
  use_64_mib();
  Descriptor* span = take(8).span;
  take(1);
  touch(span);
  shrink(span, 3);
  EXPECT_EQ(span->slices, 3u);
  EXPECT_EQ(figures().dirty_bytes, 5 * kSliceSize);
  const Taken rest = take(5);
  EXPECT_EQ(rest.span->start, span->start + 3 * kSliceSize);
  EXPECT_FALSE(rest.zeroed);
}

void give_back_block(Descriptor* span) {
  span->kind = SpanKind::None;
  release_block(span, span->size());
}

// The kernel refuses to write a byte of inaccessible memory to a pipe.
bool is_accessible(const char* at) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const bool written = write(ends[1], at, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return written;
}

TEST_IN_FRESH_PROCESS(SpanHeap, ALargeBlocksSpanIsClosedUntilMemoryIsWantedAgain) {
  Descriptor* first = take(4).span;
  Descriptor* second = take(4).span;
  Descriptor* third = take(4).span;
  take(1);
  touch(first);
  touch(second);
  give_back_block(first);
  EXPECT_FALSE(is_accessible(first->start));
  EXPECT_EQ(figures().dirty_bytes, 0u);
  EXPECT_EQ(figures().used_bytes, 9 * kSliceSize);
  const Taken again = take(4);
  EXPECT_NE(again.span->start, first->start);  // it rests
  EXPECT_TRUE(again.zeroed);
  give_back_block(second);
  give_back_block(third);
  EXPECT_TRUE(is_accessible(second->start));
  EXPECT_EQ(figures().dirty_bytes, 8 * kSliceSize);
}

TEST_IN_FRESH_PROCESS(SpanHeap, FewClosedSpansRestAndComeBackZero) {
  constexpr size_t kSpans = 10;
  std::vector<Descriptor*> spans;
  for (size_t i = 0; i < kSpans; ++i) {
    spans.push_back(take(4).span);
    take(1);
    touch(spans.back());
  }
  for (Descriptor* span : spans) give_back_block(span);
  size_t resting = 0;
  for (const Descriptor* span : spans) resting += !is_accessible(span->start);
  EXPECT_EQ(resting, 2u);
  const size_t committed = figures().committed_bytes;
  for (size_t i = resting; i < kSpans; ++i) {
    const Taken taken = take(4);
    EXPECT_TRUE(taken.zeroed);
    EXPECT_TRUE(is_zero(taken.span->start, taken.span->size()));
  }
  EXPECT_EQ(figures().committed_bytes, committed);
}

TEST_IN_FRESH_PROCESS(SpanHeap, SpansThatRestAreTakenWhereThereIsNoOtherMemory) {
  Descriptor* span = take(640).span;
  take(1);
  give_back_block(span);
  EXPECT_FALSE(is_accessible(span->start));
  os::inject_failure(1, 2);  // to grow, by a step or just enough, is refused
  const Taken again = take(640);
  os::inject_failure(0, 0);
  EXPECT_EQ(again.span, span);
  EXPECT_TRUE(is_zero(span->start, span->size()));
}

TEST_IN_FRESH_PROCESS(SpanHeap, OutOfMemoryIsNull) {
  take(1);
  bool zeroed;
  os::inject_failure(1, ~0u);
  EXPECT_EQ(allocate(1000, kSliceSize, zeroed), nullptr);
  os::inject_failure(0, 0);
  EXPECT_EQ(figures().used_bytes, kSliceSize);
  EXPECT_NE(allocate(1000, kSliceSize, zeroed), nullptr);
}

}  // namespace span_heap_test
}  // namespace ox::span_heap
