#include "base/bits.h"

#include <gtest/gtest.h>

namespace ox {
namespace {

TEST(Bits, PowersOfTwo) {
  EXPECT_FALSE(is_power_of_two(0));
  for (unsigned log = 0; log < 64; ++log) {
    const size_t power = size_t{1} << log;
    EXPECT_TRUE(is_power_of_two(power));
    if (log > 1) {
      EXPECT_FALSE(is_power_of_two(power - 1));
      EXPECT_FALSE(is_power_of_two(power + 1));
    }
  }
  EXPECT_FALSE(is_power_of_two(SIZE_MAX));
}

TEST(Bits, AlignsToMultiples) {
  EXPECT_EQ(align_up(0, 16), 0u);
  EXPECT_EQ(align_up(1, 16), 16u);
  EXPECT_EQ(align_up(16, 16), 16u);
  EXPECT_EQ(align_up(17, 16), 32u);
  EXPECT_EQ(align_down(15, 16), 0u);
  EXPECT_EQ(align_down(16, 16), 16u);
  EXPECT_EQ(align_down(SIZE_MAX, 4096), SIZE_MAX - 4095);
}

TEST(Bits, LogarithmRoundsDown) {
  EXPECT_EQ(floor_log2(1), 0u);
  EXPECT_EQ(floor_log2(2), 1u);
  EXPECT_EQ(floor_log2(3), 1u);
  EXPECT_EQ(floor_log2(4), 2u);
  EXPECT_EQ(floor_log2(SIZE_MAX), 63u);
}

TEST(Bits, CountsBits) {
  EXPECT_EQ(count_bits(0), 0u);
  EXPECT_EQ(count_bits(1), 1u);
  EXPECT_EQ(count_bits(uint64_t{1} << 63 | 5), 3u);
  EXPECT_EQ(count_bits(~uint64_t{0}), 64u);
}

}  // namespace
}  // namespace ox
