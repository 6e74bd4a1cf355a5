#include "span/span_bins.h"

#include <gtest/gtest.h>

#include <deque>

#include "support/shadow_heap.h"

namespace ox {
namespace {

// Spans at made-up places: the bins look at descriptors alone.
class Bins : public testing::Test {
 protected:
  Descriptor* span(size_t first_slice, size_t slices) {
    Descriptor& descriptor =
        descriptors_.emplace_back(reinterpret_cast<char*>(first_slice << kSliceShift));
    descriptor.slices = static_cast<uint32_t>(slices);
    bins_.insert(&descriptor);
    return &descriptor;
  }
  SpanBins bins_;
  std::deque<Descriptor> descriptors_;
};

TEST_F(Bins, EmptyHasNothing) {
  EXPECT_EQ(bins_.find(1, kSliceSize), nullptr);
  EXPECT_EQ(bins_.longest(), nullptr);
}

TEST_F(Bins, FindsAnySpanByItsOwnLengthAndNoLonger) {
  for (const size_t slices : {1, 2, 31, 32, 33, 34, 39, 40, 41, 63, 64, 65, 80, 1000, 1 << 20}) {
    Descriptor* only = span(100, slices);
    EXPECT_EQ(bins_.find(slices, kSliceSize), only) << slices;
    EXPECT_EQ(bins_.find(slices + 1, kSliceSize), nullptr) << slices;
    bins_.remove(only);
    EXPECT_EQ(bins_.find(1, kSliceSize), nullptr);
  }
}

TEST_F(Bins, PrefersTheShorter) {
  span(1000, 100);
  Descriptor* fitting = span(100, 10);
  span(2000, 20);
  EXPECT_EQ(bins_.find(9, kSliceSize), fitting);
}

TEST_F(Bins, HeedsAlignment) {
  Descriptor* crooked = span(17, 16);  // has 16 aligned slices to 16 nowhere
  Descriptor* straight = span(64, 17);
  EXPECT_EQ(bins_.find(16, kSliceSize), crooked);
  EXPECT_EQ(bins_.find(16, 16 * kSliceSize), straight);
  EXPECT_EQ(bins_.find(1, 16 * kSliceSize), crooked);  // slice 32, its last
  bins_.remove(crooked);
  span(17, 15);
  EXPECT_EQ(bins_.find(1, 16 * kSliceSize), straight);
}

TEST_F(Bins, LongestIsOfTheLongestList) {
  span(1, 3);
  Descriptor* longest = span(100, 500);
  span(1000, 40);
  EXPECT_EQ(bins_.longest(), longest);
  bins_.remove(longest);
  EXPECT_EQ(bins_.longest()->slices, 40u);
}

// Against a plain search, at random.
TEST_F(Bins, AgreesWithAPlainSearch) {
  test::Random random(1);
  std::deque<Descriptor*> in;
  for (int step = 0; step < 20'000; ++step) {
    if (in.empty() || random.one_in(2)) {
      in.push_back(span(random.below(1 << 20), random.between(1, random.one_in(4) ? 5000 : 40)));
    } else {
      std::swap(in[random.below(in.size())], in.back());
      bins_.remove(in.back());
      in.pop_back();
    }
    const size_t wanted = random.between(1, 100);
    const size_t alignment = kSliceSize << random.below(6);
    const Descriptor* found = bins_.find(wanted, alignment);
    bool any = false;
    for (const Descriptor* s : in) {
      const auto start = reinterpret_cast<uintptr_t>(s->start);
      any |= align_up(start, alignment) + (wanted << kSliceShift) <= start + s->size();
    }
    ASSERT_EQ(found != nullptr, any) << step;
  }
}

}  // namespace
}  // namespace ox
