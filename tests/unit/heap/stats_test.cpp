#include "heap/stats.h"

#include <gtest/gtest.h>

#include <vector>

#include "heap/heap.h"
#include "support/fresh_process.h"

namespace ox::heap {
namespace {

TEST_IN_FRESH_PROCESS(Stats, AnUnusedHeapHasNothing) {
  const Figures none = figures();
  EXPECT_EQ(none.committed_bytes, 0u);
  EXPECT_EQ(none.span_bytes, 0u);
  EXPECT_EQ(none.live_blocks, 0u);
  EXPECT_EQ(none.live_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(Stats, CountBlocksOfEveryKind) {
  std::vector<void*> blocks;
  size_t bytes = 0;
  for (const size_t size : {0, 16, 17, 1024, 1025, 32768, 32769, 1'000'000})
    for (int i = 0; i < 7; ++i) {
      blocks.push_back(allocate(size));
      bytes += usable_size(blocks.back());
      ASSERT_EQ(figures().live_blocks, blocks.size());
      ASSERT_EQ(figures().live_bytes, bytes);
    }
  EXPECT_EQ(figures().large_blocks, 14u);
  EXPECT_EQ(figures().large_bytes, 7 * (usable_size(blocks[42]) + usable_size(blocks[49])));
  EXPECT_GE(figures().committed_bytes, figures().span_bytes);
  EXPECT_GE(figures().span_bytes, bytes);
  while (!blocks.empty()) {
    bytes -= usable_size(blocks.back());
    release(blocks.back());
    blocks.pop_back();
    ASSERT_EQ(figures().live_blocks, blocks.size());
    ASSERT_EQ(figures().live_bytes, bytes);
  }
}

}  // namespace
}  // namespace ox::heap
