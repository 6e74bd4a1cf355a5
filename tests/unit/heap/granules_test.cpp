// The map of a slice with blocks of several sizes, beside a plain model of it: one number for each
// granule.
#include "heap/granules.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "support/shadow_heap.h"

namespace ox {
namespace {

constexpr size_t kNone = Granules::kNoPlace;

struct GranulesTest : testing::Test {
  Granules map;
};

TEST_F(GranulesTest, BlocksLieSideBySideAndAligned) {
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.take(48), 16u);
  EXPECT_EQ(map.take(64), 64u);
  EXPECT_EQ(map.take(16), 128u);
  EXPECT_EQ(map.take(4096), 4096u);
  EXPECT_EQ(map.take(112), 144u);
  EXPECT_EQ(map.bytes_at(144), 112u);
  EXPECT_EQ(map.bytes_at(4096), 4096u);
  EXPECT_TRUE(map.is_block(16));
  EXPECT_TRUE(map.is_block(128));
  EXPECT_FALSE(map.is_block(0));
  EXPECT_FALSE(map.is_block(32));
  EXPECT_FALSE(map.is_block(136));
  EXPECT_FALSE(map.is_block(256));
  EXPECT_FALSE(map.was_used(32));
  EXPECT_FALSE(map.was_used(8192));
  map.give_back(16);
  EXPECT_TRUE(map.was_used(16));
  EXPECT_TRUE(map.is_free(256, 4096));
  EXPECT_FALSE(map.is_free(240, 4096));
}

TEST_F(GranulesTest, NeighboursThatAreFreeServeAsOne) {
  EXPECT_EQ(map.take(48), 16u);
  while (map.take(64) != kNone) {
  }
  EXPECT_EQ(map.take(16), kNone);
  map.give_back(640);
  EXPECT_EQ(map.take(128), kNone);
  map.give_back(704);
  EXPECT_EQ(map.take(128), 640u);
  map.give_back(64);
  map.give_back(kSliceSize - 64);
  EXPECT_EQ(map.take(48), 64u);
  EXPECT_EQ(map.take(64), kSliceSize - 64);
  EXPECT_EQ(map.take(16), 112u);
  EXPECT_EQ(map.take(16), kNone);
}

TEST_F(GranulesTest, SoTheyDoInWhateverOrderTheyAreGivenBack) {
  for (const bool from_the_end : {false, true}) {
    while (map.take(4096) != kNone) {
    }
    EXPECT_EQ(map.take(8192), kNone);
    for (size_t i = 1; i < 16; ++i) map.give_back(4096 * (from_the_end ? 16 - i : i));
    EXPECT_EQ(map.take(16384), 16384u);
    map.give_back(16384);
    EXPECT_TRUE(map.empty());
  }
}

TEST_F(GranulesTest, TheWholeSlice) {
  EXPECT_EQ(map.take(kSliceSize / 2), kSliceSize / 2);
  EXPECT_EQ(map.take(kSliceSize / 2), kNone);
  EXPECT_EQ(map.take(kSliceSize / 4), kSliceSize / 4);
  map.give_back(kSliceSize / 4);
  map.give_back(kSliceSize / 2);
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.take(16), 16u);
}

// First fit, by trying every place.
size_t place_in(const std::map<size_t, size_t>& blocks, size_t bytes) {
  const size_t alignment = bytes & ~(bytes - 1);
  size_t at = kMinAlignment;
  for (const auto& [offset, size] : blocks) {
    if (align_up(at, alignment) + bytes <= offset) break;
    at = offset + size;
  }
  return align_up(at, alignment) + bytes <= kSliceSize ? align_up(at, alignment) : kNone;
}

bool is_place(const std::map<size_t, size_t>& blocks, size_t offset, size_t bytes) {
  const auto next = blocks.lower_bound(offset);
  return offset % (bytes & ~(bytes - 1)) == 0 && offset != 0 && offset + bytes <= kSliceSize &&
         (next == blocks.end() || offset + bytes <= next->first) &&
         (next == blocks.begin() || std::prev(next)->first + std::prev(next)->second <= offset);
}

// Where it has looked everywhere. Else it may skip places, but takes none that is not free.
TEST_F(GranulesTest, AsAPlainModelDoes) {
  test::Random random(3);
  std::map<size_t, size_t> blocks;
  for (int step = 0; step < 20'000; ++step) {
    if (random.one_in(2) || blocks.empty()) {
      const size_t bytes = kBlockSizes[random.below(index_of(size_class_of(8192)) + 1)];
      size_t offset = random.one_in(2) ? map.take(bytes) : kNone;
      if (offset == kNone) {
        map.look_everywhere(bytes);
        offset = map.take(bytes);
        ASSERT_EQ(offset, place_in(blocks, bytes)) << step << ' ' << bytes;
        ASSERT_TRUE(offset != kNone || !map.would_look(bytes));
      }
      ASSERT_TRUE(offset == kNone || is_place(blocks, offset, bytes)) << step << ' ' << bytes;
      if (offset != kNone) blocks[offset] = bytes;
    } else {
      const auto block = std::next(blocks.begin(), static_cast<long>(random.below(blocks.size())));
      ASSERT_EQ(map.bytes_at(block->first), block->second);
      map.give_back(block->first);
      ASSERT_FALSE(map.is_block(block->first));
      blocks.erase(block);
    }
    ASSERT_EQ(map.empty(), blocks.empty());
    const size_t offset = random.below(kSliceSize / kMinAlignment) * kMinAlignment;
    ASSERT_EQ(map.is_block(offset), blocks.count(offset) != 0);
  }
}

// Some blocks at random; then blocks of one size wherever there is room for them.
TEST_F(GranulesTest, FillsTheRoomBetweenBlocks) {
  for (const size_t bytes : {16u, 48u, 64u, 112u, 256u, 1024u}) {
    test::Random random(bytes);
    map.clear();
    std::map<size_t, size_t> blocks;
    for (size_t at = kMinAlignment; at < kSliceSize - 2048; at += 16 * random.between(1, 100)) {
      const size_t size = 16 * random.between(1, 4);
      map.put(at, size);
      blocks[at] = size;
      at += size;
    }
    const size_t room = map.room_for(bytes, SIZE_MAX);
    EXPECT_EQ(map.room_for(bytes, 7), 7u);
    std::vector<size_t> placed;
    map.fill(bytes, 5, [&](size_t offset) { placed.push_back(offset); });
    EXPECT_EQ(placed.size(), 5u);
    map.fill(bytes, SIZE_MAX, [&](size_t offset) { placed.push_back(offset); });
    EXPECT_EQ(placed.size(), room);
    EXPECT_EQ(map.room_for(bytes, SIZE_MAX), 0u);
    for (const size_t offset : placed) {
      EXPECT_EQ(offset % (bytes & ~(bytes - 1)), 0u);
      EXPECT_TRUE(blocks.emplace(offset, bytes).second);
    }
    size_t end = 0, sum = 0;
    for (const auto& [at, size] : blocks) {
      EXPECT_GE(at, end);
      end = at + size;
      sum += size;
    }
    EXPECT_LE(end, kSliceSize);
    EXPECT_EQ(map.used_bytes(), sum);
    std::map<size_t, size_t> seen;
    map.for_each([&](size_t at, size_t size) { seen[at] = size; });
    EXPECT_EQ(seen, blocks);
  }
}

}  // namespace
}  // namespace ox
