// The heap profile: which blocks are sampled, what is written of them, and that the heap serves as
// without it.
#include "heap/profile.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "heap/heap.h"
#include "heap/host.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "os/text_writer.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox {
namespace {

// The stack that the next samples have.
uintptr_t fake_frame = 1;
// What unwinding does beside.
void (*while_unwinding)() = nullptr;

}  // namespace

size_t host::backtrace(void** frames, size_t) {
  if (while_unwinding) while_unwinding();
  frames[0] = reinterpret_cast<void*>(fake_frame);
  frames[1] = reinterpret_cast<void*>(uintptr_t{0xabc});
  return 2;
}

namespace profile {
namespace {

struct Counts {
  size_t live_blocks, live_bytes, all_blocks, all_bytes;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.live_blocks << ": " << counts.live_bytes << " [" << counts.all_blocks << ": "
             << counts.all_bytes << "]";
}

std::string written() {
  const int file = memfd_create("profile", 0);
  {
    os::TextWriter out(file);
    write(out);
  }
  std::stringstream text;
  text << std::ifstream("/proc/self/fd/" + std::to_string(file)).rdbuf();
  close(file);
  return text.str();
}

// What the profile has of a stack; of all, where `stack` is a part of the first line alone.
Counts counts_of(const std::string& stack) {
  std::istringstream lines(written());
  Counts counts{};
  for (std::string line; std::getline(lines, line);) {
    if (line.find(stack) == std::string::npos) continue;
    const char* from =
        line.c_str() + (line.starts_with("heap") ? std::strlen("heap profile: ") : 0);
    EXPECT_EQ(std::sscanf(from, " %zu: %zu [ %zu: %zu] @", &counts.live_blocks, &counts.live_bytes,
                          &counts.all_blocks, &counts.all_bytes),
              4)
        << line;
    return counts;
  }
  return counts;
}

Counts all() {
  return counts_of("heap_v2/");
}

TEST_IN_FRESH_PROCESS(Profile, OffNothingIsSampled) {
  EXPECT_FALSE(is_on());
  void* block = heap::allocate(100);
  EXPECT_EQ(heap::figures().large_blocks, 0u);
  heap::release(block);
}

TEST_IN_FRESH_PROCESS(Profile, EveryBlockAtARateOfOne) {
  ASSERT_TRUE(start(1));
  std::vector<void*> blocks;
  size_t bytes = 0;
  for (const size_t size : {100, 2048, 2049, 32768, 32769, 1'000'000}) {
    blocks.push_back(heap::allocate(size));
    std::memset(blocks.back(), 0x5a, size);
    EXPECT_GE(heap::usable_size(blocks.back()), size);
    bytes += size;
    EXPECT_EQ(all(), (Counts{blocks.size(), bytes, blocks.size(), bytes}));
  }
  EXPECT_EQ(counts_of(" @ 0x1 0xabc\n").live_blocks, 0u);  // lines have no end here
  EXPECT_EQ(counts_of(" @ 0x1 0xabc").live_blocks, blocks.size());
  for (void* block : blocks) heap::release(block);
  EXPECT_EQ(all(), (Counts{0, 0, blocks.size(), bytes}));
  EXPECT_EQ(heap::figures().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(Profile, StacksAreToldApart) {
  ASSERT_TRUE(start(1));
  void* first = heap::allocate(100);
  fake_frame = 2;
  void* second = heap::allocate(200);
  EXPECT_EQ(counts_of("@ 0x1 0xabc"), (Counts{1, 100, 1, 100}));
  EXPECT_EQ(counts_of("@ 0x2 0xabc"), (Counts{1, 200, 1, 200}));
  heap::release(first);
  EXPECT_EQ(counts_of("@ 0x1 0xabc"), (Counts{0, 0, 1, 100}));
  EXPECT_EQ(counts_of("@ 0x2 0xabc"), (Counts{1, 200, 1, 200}));
  heap::release(second);
}

TEST_IN_FRESH_PROCESS(Profile, ReallocatedBlocksAreThoseOfTheirLastCall) {
  ASSERT_TRUE(start(1));
  void* block = heap::allocate(100);
  fake_frame = 2;
  block = heap::reallocate(block, 3000, nullptr);  // moves
  EXPECT_EQ(counts_of("@ 0x1 0xabc").live_blocks, 0u);
  EXPECT_EQ(counts_of("@ 0x2 0xabc"), (Counts{1, 3000, 1, 3000}));
  block = heap::reallocate(block, 500'000, nullptr);
  fake_frame = 3;
  block = heap::reallocate(block, 5'000'000, nullptr);  // where it is
  EXPECT_EQ(counts_of("@ 0x2 0xabc").live_blocks, 0u);
  EXPECT_EQ(counts_of("@ 0x3 0xabc"), (Counts{1, 5'000'000, 1, 5'000'000}));
  heap::release(block);
  EXPECT_EQ(all().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(Profile, AlignedAndZeroedBlocks) {
  ASSERT_TRUE(start(1));
  for (const size_t alignment : {16, 64, 4096, 65536}) {
    void* block = heap::allocate_aligned(alignment, 100);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u);
    heap::release(block);
  }
  auto* zeroed = static_cast<char*>(heap::allocate_zeroed(1000));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(zeroed[i], 0);
  heap::release(zeroed);
  EXPECT_EQ(all().live_blocks, 0u);
  EXPECT_EQ(all().all_blocks, 5u);
}

TEST_IN_FRESH_PROCESS(Profile, BlocksFreedByOtherThreads) {
  ASSERT_TRUE(start(1));
  void* block = nullptr;
  test::in_heap_thread([&] { block = heap::allocate(100); });
  EXPECT_EQ(all().live_blocks, 1u);
  heap::release(block);
  EXPECT_EQ(all(), (Counts{0, 0, 1, 100}));
}

TEST_IN_FRESH_PROCESS(Profile, WhatUnwindingAllocatesIsNotSampled) {
  ASSERT_TRUE(start(1));
  while_unwinding = [] { heap::release(heap::allocate(5000)); };
  void* block = heap::allocate(100);
  EXPECT_EQ(all(), (Counts{1, 100, 1, 100}));
  while_unwinding = nullptr;
  heap::release(block);
}

TEST_IN_FRESH_PROCESS(Profile, ABlockIsHadWithoutMemoryForItsSample) {
  ASSERT_TRUE(start(1));
  heap::release(heap::allocate(100));  // a heap, a slab
  std::vector<void*> blocks;
  os::inject_failure(1, ~0u);
  while (void* block = heap::allocate(1000)) blocks.push_back(block);
  os::inject_failure(0, 0);
  EXPECT_GE(blocks.size(), 1u);
  for (void* block : blocks) heap::release(block);
  EXPECT_EQ(heap::figures().live_blocks, 0u);
  EXPECT_EQ(all().live_blocks, 0u);
}

TEST_IN_FRESH_PROCESS(Profile, NoMemoryForTheTable) {
  os::inject_failure(1, 1);
  EXPECT_FALSE(start(1));
  os::inject_failure(0, 0);
  EXPECT_FALSE(is_on());
  heap::release(heap::allocate(100));
}

// 64 MiB at a rate of 64 KiB: 1024 samples on average, with a deviation of 32.
TEST_IN_FRESH_PROCESS(Profile, OneByteInRateIsPicked) {
  constexpr size_t kRate = 64 << 10, kSize = 1000, kBlocks = 1024 * kRate / kSize;
  ASSERT_TRUE(start(kRate));
  for (size_t i = 0; i < kBlocks; ++i) heap::release(heap::allocate(kSize));
  EXPECT_GT(all().all_blocks, 1024u - 8 * 32);
  EXPECT_LT(all().all_blocks, 1024u + 8 * 32);
  EXPECT_EQ(all().all_bytes, all().all_blocks * kSize);
}

TEST_IN_FRESH_PROCESS(Profile, AForkedChildGoesOn) {
  ASSERT_TRUE(start(1));
  void* block = heap::allocate(100);
  test::in_heap_thread([&] { heap::release(heap::allocate(300)); });
  thread_heaps::before_fork();
  const pid_t child = fork();
  if (child == 0) {
    thread_heaps::after_fork_child();
    heap::release(block);
    test::in_heap_thread([] { heap::release(heap::allocate(400)); });
    _exit(all() == Counts{0, 0, 3, 800} ? 0 : 1);
  }
  thread_heaps::after_fork_parent();
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(all(), (Counts{1, 100, 2, 400}));
  heap::release(block);
}

}  // namespace
}  // namespace profile
}  // namespace ox
