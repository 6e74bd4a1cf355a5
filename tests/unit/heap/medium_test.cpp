// Medium slabs through the heap's own entry points.
#include "heap/medium.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/shadow_heap.h"

namespace ox::heap {
namespace {

class MediumClasses : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override { busy_ = test::stay_busy(size()); }
  void TearDown() override { release(busy_); }
  size_t size() const { return block_size(medium_class(GetParam())); }

 private:
  void* busy_ = nullptr;
};

TEST_P(MediumClasses, BlocksOfSeveralSlabsInAnyOrder) {
  constexpr size_t kCount = 200;
  test::Random random(size());
  std::vector<char*> blocks(kCount);
  // Once without a look: what other tests freed from other threads is taken in.
  for (auto& block : blocks) block = static_cast<char*>(allocate(size()));
  for (char* block : blocks) release(block);
  const size_t live_before = figures().live_blocks;
  for (int order = 0; order < 4; ++order) {
    for (auto& block : blocks) {
      block = static_cast<char*>(allocate(size()));
      ASSERT_NE(block, nullptr);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(block) % kMinAlignment, 0u);
      ASSERT_EQ(usable_size(block), size());
      std::memset(block, order + 1, size());
    }
    EXPECT_EQ(std::set<char*>(blocks.begin(), blocks.end()).size(), kCount);
    EXPECT_EQ(figures().live_blocks, live_before + kCount);
    for (const char* block : blocks)
      ASSERT_TRUE(block[0] == order + 1 && std::memcmp(block, block + 1, size() - 1) == 0);
    if (order == 1) std::reverse(blocks.begin(), blocks.end());
    if (order == 2)
      for (size_t i = kCount; i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
    if (order == 3) std::sort(blocks.begin(), blocks.end());
    for (char* block : blocks) release(block);
    EXPECT_EQ(figures().live_blocks, live_before);
  }
}

TEST_P(MediumClasses, InvalidPointersAreReported) {
  auto* block = static_cast<char*>(allocate(size()));
  const std::string message = "oxidalloc: free of invalid pointer 0x";
  for (const size_t offset : {size_t{1}, size_t{16}, size() / 2, size() - 1})
    EXPECT_EXIT(release(block + offset), testing::KilledBySignal(SIGABRT), message) << offset;
  release(block);
}

// Before the first block of a slab there may be room that is none.
TEST_P(MediumClasses, TheRoomBeforeTheFirstBlockIsNoBlock) {
  auto* block = static_cast<char*>(allocate(size()));
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(block));
  const Descriptor* slab = region::primary.leader_of(slice);
  EXPECT_EQ(slab->start + slab->capacity * size(), medium::span_start(slab) + slab->size());
  for (char* at = medium::span_start(slab); at < slab->start; ++at)
    EXPECT_FALSE(medium::is_block(slab, at)) << slab->start - at;
  if (slab->start > medium::span_start(slab)) {
    EXPECT_EXIT(release(slab->start - 16), testing::KilledBySignal(SIGABRT),
                "free of invalid pointer 0x");
  }
  release(block);
}

TEST_P(MediumClasses, DoubleFreesAreReported) {
  void* blocks[5];
  for (void*& block : blocks) block = allocate(size());
  const std::string message =
      "double free of 0x[0-9a-f]+ \\(" + std::to_string(size()) + "-byte block\\)";
  EXPECT_EXIT(release(blocks[0]); release(blocks[0]), testing::KilledBySignal(SIGABRT), message);
  EXPECT_EXIT(for (void* block
                   : blocks) release(block);
              release(blocks[1]), testing::KilledBySignal(SIGABRT), message);
  for (void* block : blocks) release(block);
}

TEST_P(MediumClasses, ReallocOfAFreedBlockIsReported) {
  void* block = allocate(size());
  void* other = allocate(size());
  EXPECT_EXIT(release(block); reallocate(block, size(), nullptr), testing::KilledBySignal(SIGABRT),
                              "realloc of invalid pointer 0x");
  release(block);
  release(other);
}

INSTANTIATE_TEST_SUITE_P(All, MediumClasses, testing::Range(size_t{0}, kMediumClasses),
                         [](const auto& test) {
                           return std::to_string(block_size(medium_class(test.param)));
                         });

// `magic` must name the block of every offset, and of no other.
TEST(Medium, LocatesEveryMultipleAndNothingElse) {
  char* const start = reinterpret_cast<char*>(uintptr_t{1} << 40);
  for (size_t i = 0; i < kMediumClasses; ++i) {
    Descriptor slab(start);
    slab.stride = block_size(medium_class(i));
    slab.magic = ~uint64_t{0} / slab.stride + 1;
    for (size_t offset = 0; offset < 64 * slab.stride; offset += 16) {
      uint64_t index = 0;
      const bool found = medium::locate(&slab, start + offset, index);
      ASSERT_EQ(found, offset % slab.stride == 0) << offset << " by " << slab.stride;
      if (found) {
        ASSERT_EQ(index, offset / slab.stride);
      }
    }
  }
}

TEST_IN_FRESH_PROCESS(Medium, EmptySlabsGoBack) {
  const size_t before = figures().span_bytes;
  std::vector<void*> blocks;
  for (size_t i = 0; i < 1000; ++i) blocks.push_back(allocate(8000));
  for (void* block : blocks) release(block);
  trim();
  EXPECT_LE(figures().span_bytes, before + 8 * kSliceSize);
}

// What is taken and freed again and again costs nothing but that.
TEST_IN_FRESH_PROCESS(Medium, ABatchOfOneClassKeepsItsSlabs) {
  const auto purges_of = [](size_t size, size_t count) {
    std::vector<void*> blocks(count);
    const auto cycles = [&](int times) {
      for (int i = 0; i < times; ++i) {
        for (void*& block : blocks) block = allocate(size);
        for (void* block : blocks) release(block);
      }
    };
    cycles(100);
    const size_t before = figures().purges;
    cycles(100);
    return figures().purges - before;
  };
  for (const auto& [size, count] : {std::pair{2048, 60}, {4096, 60}, {8192, 60}, {12288, 20}})
    EXPECT_LE(purges_of(static_cast<size_t>(size), static_cast<size_t>(count)), 2u) << size;
  EXPECT_LE(purges_of(4096, 1500), 10u);
}

// Nor where a few blocks of each round stay.
TEST_IN_FRESH_PROCESS(Medium, RoundsOfAllSizesKeepTheirPages) {
  std::minstd_rand random(1);
  std::vector<void*> blocks(1500);
  const auto rounds = [&](int times) {
    for (int i = 0; i < times; ++i) {
      for (void*& block : blocks)
        if (!block) block = allocate(1152 + random() % 31'000);
      for (size_t at = blocks.size(); at-- > 0;)
        if (at % 64 != 0) release(std::exchange(blocks[at], nullptr));
    }
  };
  rounds(60);
  const size_t before = figures().purged_bytes;
  rounds(20);
  EXPECT_LE(figures().purged_bytes - before, size_t{64} << 20);  // of 480 MiB
  for (void* block : blocks) release(block);
}

// What one look leaves alone, another finds.
TEST_IN_FRESH_PROCESS(Medium, ShortRunsGoBackAtATrim) {
  test::make_busy(8192);
  std::vector<void*> blocks(24);
  for (void*& block : blocks) block = allocate(8192);
  for (size_t at = 0; at < blocks.size(); at += 2) release(std::exchange(blocks[at], nullptr));
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(blocks[11]));
  Descriptor* slab = slice->region->leader_of(slice);
  EXPECT_FALSE(medium::give_back(slab, 1, size_t{1} << 20).any);
  EXPECT_EQ(medium::give_back(slab, 1, 1).any, os::page_size() <= 8192);
  for (void* block : blocks) release(block);
}

// The process grows by so much, in small blocks, and looks for free pages more than twice.
template <typename Meanwhile>
std::vector<void*> grow_by_4_mib(Meanwhile meanwhile) {
  std::vector<void*> blocks(4096);
  for (void*& block : blocks) {
    block = allocate(1000);
    meanwhile();
  }
  return blocks;
}

TEST_IN_FRESH_PROCESS(Medium, ASlabThatItsClassUsesNoMoreIsReleased) {
  constexpr size_t kSize = 20'000;
  test::make_busy(kSize);
  void* block = allocate(kSize);
  const Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(block));
  ASSERT_EQ(slice->kind, SpanKind::Medium);
  const SizeClass cls = slice->size_class;
  release(block);
  for (void* grown : grow_by_4_mib([] {})) release(grown);
  EXPECT_FALSE(slice->kind == SpanKind::Medium && slice->size_class == cls);
}

TEST_IN_FRESH_PROCESS(Medium, ASlabThatItsClassUsesNowAndThenStays) {
  constexpr size_t kSize = 20'000;
  test::make_busy(kSize);
  void* const first = allocate(kSize);
  release(first);
  const auto again = [&] {
    void* block = allocate(kSize);
    EXPECT_EQ(block, first);
    release(block);
  };
  for (void* grown : grow_by_4_mib(again)) release(grown);
}

// A class's slabs follow what it has in use, however often they are made and released.
TEST_IN_FRESH_PROCESS(Medium, FewBlocksInUseTakeFewSlices) {
  constexpr size_t kSize = 30'000, kMost = 12;
  test::leave_nursery(kSize);
  const size_t before = figures().span_bytes;
  std::vector<void*> blocks;
  std::minstd_rand random(1);
  for (int i = 0; i < 20'000; ++i) {
    if (blocks.size() < kMost && random() % 2 == 0) blocks.push_back(allocate(kSize));
    if (blocks.empty() || random() % 2 == 0) continue;
    std::swap(blocks[random() % blocks.size()], blocks.back());
    release(blocks.back());
    blocks.pop_back();
  }
  EXPECT_LE(figures().peak_span_bytes, before + kMost * kSize * 3 / 2);
  for (void* block : blocks) release(block);
}

// Each class has its most blocks at another time: what is free then serves the others.
TEST_IN_FRESH_PROCESS(Medium, ClassesThatTakeTurnsShareTheirSlices) {
  const size_t before = figures().span_bytes;
  std::minstd_rand random(1);
  const auto next_size = [&] { return (1152 + random() % 896) << random() % 5; };
  std::vector<void*> blocks(2000);
  size_t live = 0;
  for (int i = 0; i < 200'000; ++i) {
    void*& block = blocks[random() % blocks.size()];
    if (block) live -= usable_size(block);
    release(block);
    block = allocate(next_size());
    live += usable_size(block);
  }
  EXPECT_LE(figures().span_bytes - before, live * 18 / 10);
  for (void* block : blocks) release(block);
}

}  // namespace
}  // namespace ox::heap
