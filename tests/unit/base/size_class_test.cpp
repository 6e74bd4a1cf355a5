// size_class.h proves at compile time that every size gets the smallest class that holds it; here
// are the figures that the rest of the heap, and its users, count on.
#include "base/size_class.h"

#include <gtest/gtest.h>

namespace ox {
namespace {

TEST(SizeClass, Borders) {
  EXPECT_EQ(block_size(size_class_of(0)), 16u);
  EXPECT_EQ(block_size(size_class_of(1)), 16u);
  EXPECT_EQ(block_size(size_class_of(16)), 16u);
  EXPECT_EQ(block_size(size_class_of(17)), 32u);
  EXPECT_EQ(block_size(size_class_of(256)), 256u);
  EXPECT_EQ(block_size(size_class_of(257)), 288u);
  EXPECT_EQ(block_size(size_class_of(1024)), 1024u);
  EXPECT_EQ(block_size(size_class_of(1025)), 1152u);
  EXPECT_EQ(block_size(size_class_of(30 * 1024 + 1)), 32u * 1024);
  EXPECT_EQ(block_size(size_class_of(32 * 1024)), 32u * 1024);
}

TEST(SizeClass, SmallEndsAtOneKibibyte) {
  EXPECT_TRUE(is_small(size_class_of(kMaxSmall)));
  EXPECT_FALSE(is_small(size_class_of(kMaxSmall + 1)));
  EXPECT_EQ(medium_index(size_class_of(kMaxSmall + 1)), 0u);
  EXPECT_EQ(medium_index(size_class_of(kMaxMedium)), kMediumClasses - 1);
}

TEST(SizeClass, WasteIsAtMostAnEighthAndFifteenBytes) {
  for (size_t size = 1; size <= kMaxMedium; ++size) {
    const size_t block = block_size(size_class_of(size));
    ASSERT_GE(block, size);
    ASSERT_LE(block - size, size / 8 + 15) << size;
  }
}

TEST(SizeClass, SizesRiseAndFitFundamentalTypes) {
  for (size_t i = 0; i < kClasses; ++i) {
    EXPECT_EQ(kBlockSizes[i] % kMinAlignment, 0u);
    if (i > 0) {
      EXPECT_GT(kBlockSizes[i], kBlockSizes[i - 1]);
    }
  }
}

TEST(SizeClass, MediumIndexAndClassAreInverse) {
  for (size_t i = 0; i < kMediumClasses; ++i) EXPECT_EQ(medium_index(medium_class(i)), i);
}

TEST(SizeClass, EverySizeOfASlotHasItsClass) {
  for (size_t size = 0; size <= kMaxSmall; ++size)
    ASSERT_EQ(kSmallMap[small_slot(size)], index_of(size_class_of(size)));
  for (size_t size = kMaxSmall + 1; size <= kMaxMedium; ++size)
    ASSERT_EQ(kMediumMap[medium_slot(size)], medium_index(size_class_of(size)));
}

}  // namespace
}  // namespace ox
