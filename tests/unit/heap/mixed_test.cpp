// Slabs with few blocks left that serve other classes: that a heap takes no more memory while there
// is room in them, that all blocks stay what they are, whoever frees them, and that misuse is
// noticed there as elsewhere.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <set>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "span/retention.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"
#include "support/shadow_heap.h"

namespace ox::heap {
namespace {

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kSurvivors = 64;  // one block in so many

struct Block {
  char* at;
  size_t size;
  char fill;

  bool is_whole() const { return at[0] == fill && std::memcmp(at, at + 1, size - 1) == 0; }
};

// Phases of blocks of one size each, of which few stay.
class Phases {
 public:
  // So many bytes in blocks of `size`, in `blocks`.
  void fill(size_t size, size_t bytes) {
    test::make_busy(size);
    blocks.clear();
    for (size_t done = 0; done < bytes; done += size) {
      auto* at = static_cast<char*>(allocate(size));
      const auto tag = static_cast<char>(1 + ++filled_ % 251);
      std::memset(at, tag, size);
      blocks.push_back({at, size, tag});
    }
  }
  // All but one in 64 of `blocks` are freed; the others go to `kept`.
  void thin() {
    for (size_t i = 0; i < blocks.size(); ++i)
      if (i % kSurvivors == 0)
        kept.push_back(blocks[i]);
      else
        release(blocks[i].at);
    blocks.clear();
  }
  void check_all() const {
    std::set<const char*> seen;
    for (const auto* list : {&blocks, &kept})
      for (const Block& block : *list) {
        ASSERT_TRUE(block.is_whole());
        ASSERT_TRUE(seen.insert(block.at).second);
      }
  }
  void free_blocks() {
    for (const Block& block : blocks) release(block.at);
    blocks.clear();
  }
  void end() {
    free_blocks();
    blocks.swap(kept);
    free_blocks();
  }
  // Slabs that few blocks are in, of which larger ones are made.
  void fill_thinned(size_t first, size_t then, size_t bytes) {
    fill(first, bytes);
    thin();
    fill(then, bytes / 2);
  }
  static bool is_mixed(const Block& block) {
    const Descriptor* slab = region::find(reinterpret_cast<uintptr_t>(block.at));
    return slab->kind == SpanKind::Small && slab->is_mixed();
  }
  static Block in_mixed(const std::vector<Block>& list) {
    for (const Block& block : list)
      if (is_mixed(block)) return block;
    return {};
  }

  std::vector<Block> blocks, kept;

 private:
  size_t filled_ = 0;
};

// Of the largest sizes, too, and of many at a time, of which some find no room.
TEST_IN_FRESH_PROCESS(Mixed, WhatIsFreeServesManyLargerSizes) {
  Phases phases;
  phases.fill(32, 32 * kMiB);
  phases.thin();
  const size_t used = retention::used_bytes();
  test::Random random(1);
  std::vector<void*> blocks;
  for (size_t left = 12 * kMiB; left >= kMaxSmall;) {
    const size_t size = 1000 + random.below(kMaxSmall - 1000);
    blocks.push_back(allocate(size));
    left -= size;
  }
  EXPECT_LE(retention::used_bytes(), used + 6 * kMiB);
  phases.check_all();
  for (void* block : blocks) release(block);
  phases.end();
}

TEST_IN_FRESH_PROCESS(Mixed, WhatIsFreeServesOtherSizes) {
  Phases phases;
  const size_t live_before = figures().live_blocks;
  phases.fill(32, 16 * kMiB);
  const size_t used = retention::used_bytes();
  phases.thin();
  for (const size_t size : {256u, 80u, 400u, 64u, 600u}) {
    phases.fill(size, 6 * kMiB);
    EXPECT_LE(retention::used_bytes(), used + 2 * kMiB) << size;
    EXPECT_TRUE(Phases::is_mixed(phases.in_mixed(phases.blocks))) << size;
    phases.check_all();
    EXPECT_EQ(figures().live_blocks, live_before + phases.blocks.size() + phases.kept.size());
    phases.thin();
    phases.check_all();
  }
  phases.end();
  EXPECT_EQ(figures().live_blocks, live_before);
  EXPECT_LT(retention::used_bytes(), 8 * kMiB);
}

// Each class in turn takes the same memory.
TEST_IN_FRESH_PROCESS(Mixed, AgainAndAgain) {
  Phases phases;
  phases.fill(48, 8 * kMiB);
  const size_t used = retention::used_bytes();
  phases.thin();
  for (int round = 0; round < 20; ++round)
    for (const size_t size : {64u, 512u, 96u}) {
      phases.fill(size, 4 * kMiB);
      phases.check_all();
      phases.free_blocks();
      EXPECT_LE(retention::used_bytes(), used + 2 * kMiB);
    }
  phases.end();
}

TEST_IN_FRESH_PROCESS(Mixed, BlocksTellTheirSizes) {
  Phases phases;
  phases.fill_thinned(32, 240, 16 * kMiB);
  const auto check = [&phases] {
    for (const auto* list : {&phases.blocks, &phases.kept})
      for (const Block& block : *list) ASSERT_EQ(usable_size(block.at), block.size);
  };
  check();
  test::in_heap_thread(check);
  for (auto* list : {&phases.blocks, &phases.kept})
    for (Block& block : *list) {
      block.at = static_cast<char*>(reallocate(block.at, block.size + 160, nullptr));
      std::memset(block.at + block.size, block.fill, 160);
      block.size += 160;
    }
  phases.check_all();
  phases.end();
}

TEST_IN_FRESH_PROCESS(Mixed, OthersFreeIntoThem) {
  Phases phases;
  const size_t live_before = figures().live_blocks;
  phases.fill_thinned(32, 256, 16 * kMiB);
  ASSERT_TRUE(Phases::is_mixed(phases.in_mixed(phases.kept)));
  test::in_heap_thread([&phases] {
    for (size_t i = 0; i < phases.blocks.size(); i += 2) release(phases.blocks[i].at);
    for (size_t i = 0; i < phases.kept.size(); i += 2) release(phases.kept[i].at);
  });
  std::vector<Block> left, left_kept;
  for (size_t i = 1; i < phases.blocks.size(); i += 2) left.push_back(phases.blocks[i]);
  for (size_t i = 1; i < phases.kept.size(); i += 2) left_kept.push_back(phases.kept[i]);
  phases.blocks = left;
  phases.kept = left_kept;
  EXPECT_EQ(figures().live_blocks, live_before + phases.blocks.size() + phases.kept.size());
  std::vector<Block> before = phases.blocks;
  phases.fill(256, 8 * kMiB);
  phases.kept.insert(phases.kept.end(), before.begin(), before.end());
  phases.check_all();
  EXPECT_EQ(figures().live_blocks, live_before + phases.blocks.size() + phases.kept.size());
  test::in_heap_thread([&phases] { phases.end(); });
  EXPECT_EQ(figures().live_blocks, live_before);
  trim();
  EXPECT_LT(retention::used_bytes(), 8 * kMiB);
}

TEST_IN_FRESH_PROCESS(Mixed, SlabsOfNoThread) {
  Phases phases;
  const size_t live_before = figures().live_blocks;
  test::in_heap_thread([&phases] {
    phases.fill(32, 16 * kMiB);
    phases.thin();
  });
  const size_t used = retention::most_used_bytes();
  test::in_heap_thread([&phases] { phases.fill(256, 8 * kMiB); });
  EXPECT_LE(retention::used_bytes(), used + 2 * kMiB);
  phases.check_all();
  test::in_heap_thread([&phases] {
    phases.thin();
    phases.fill(512, 8 * kMiB);
  });
  EXPECT_LE(retention::used_bytes(), used + 2 * kMiB);
  phases.check_all();
  EXPECT_EQ(figures().live_blocks, live_before + phases.blocks.size() + phases.kept.size());
  phases.end();
  trim();
  EXPECT_EQ(figures().live_blocks, live_before);
  EXPECT_LT(retention::used_bytes(), 8 * kMiB);
}

TEST_IN_FRESH_PROCESS(Mixed, TheChildOfAForkGoesOn) {
  Phases phases;
  phases.fill_thinned(32, 256, 16 * kMiB);
  test::in_heap_thread([&phases] {
    Phases own;
    own.fill_thinned(64, 512, 8 * kMiB);
    const pid_t child = fork();
    if (child == 0) {
      phases.end();  // of a thread that the child does not have
      own.end();
      const bool is_all_free = figures().live_blocks == 0;
      own.fill_thinned(64, 512, 4 * kMiB);
      own.check_all();
      _exit(is_all_free && !testing::Test::HasFailure() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    own.end();
  });
  phases.check_all();
  phases.end();
}

TEST_IN_FRESH_PROCESS(Mixed, TrimGivesPagesBackOnce) {
  Phases phases;
  phases.fill_thinned(32, 256, 16 * kMiB);
  phases.thin();
  std::vector<Block> left;
  for (size_t i = 0; i < phases.kept.size(); ++i)
    if (i % 16 != 0)
      release(phases.kept[i].at);
    else
      left.push_back(phases.kept[i]);
  phases.kept = left;
  const size_t purged = figures().purged_bytes;
  trim();
  EXPECT_GT(figures().purged_bytes - purged, 4 * kMiB);
  phases.check_all();
  const size_t again = figures().purged_bytes;
  trim();
  EXPECT_EQ(figures().purged_bytes, again);
  phases.fill(256, 8 * kMiB);
  phases.check_all();
  phases.end();
}

class MixedDeathTest : public testing::Test {
 protected:
  MixedDeathTest() {
    phases.fill_thinned(32, 256, 16 * kMiB);
    guest = phases.in_mixed(phases.blocks);
    survivor = phases.in_mixed(phases.kept);
  }
  ~MixedDeathTest() override { phases.end(); }

  Phases phases;
  Block guest, survivor;
};

TEST_F(MixedDeathTest, DoubleFree) {
  EXPECT_DEATH((release(guest.at), release(guest.at)), "double free .*256-byte");
  EXPECT_DEATH((release(survivor.at), release(survivor.at)), "double free .*32-byte");
  EXPECT_DEATH((test::in_heap_thread([this] { release(guest.at); }), release(guest.at)),
               "double free .*256-byte");
  EXPECT_DEATH((test::in_heap_thread([this] { release(survivor.at); }), release(survivor.at)),
               "double free .*32-byte");
  EXPECT_DEATH(test::in_heap_thread([this] { release(guest.at), release(guest.at); }),
               "double free .*256-byte");
  EXPECT_DEATH((release(guest.at), test::in_heap_thread([this] { release(guest.at); })),
               "double free .*256-byte");
  EXPECT_DEATH((release(survivor.at), test::in_heap_thread([this] { release(survivor.at); })),
               "double free .*32-byte");
}

TEST_F(MixedDeathTest, NoBlock) {
  EXPECT_DEATH(release(guest.at + 16), "invalid pointer");
  EXPECT_DEATH(release(guest.at + 8), "invalid pointer");
  EXPECT_DEATH(test::in_heap_thread([this] { release(guest.at + 32); }), "invalid pointer");
  EXPECT_DEATH(reallocate(guest.at + 16, 100, nullptr), "invalid pointer");
  EXPECT_DEATH((release(survivor.at), reallocate(survivor.at, 100, nullptr)), "invalid pointer");
}

// As long as it waits in a list.
TEST_F(MixedDeathTest, WriteAfterFree) {
  const auto write_after_free = [this] {
    for (size_t i = 0; i < phases.blocks.size(); ++i)
      if (i % 4 == 0 || phases.blocks[i].at == guest.at) release(phases.blocks[i].at);
    std::memset(guest.at, 0x55, 16);
    phases.fill(256, 16 * kMiB);
  };
  EXPECT_DEATH(write_after_free(), "256-byte");
}

}  // namespace
}  // namespace ox::heap
