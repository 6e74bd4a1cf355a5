// The kernel refuses, at every system call in turn: each request then fails or succeeds, nothing
// crashes, what was allocated before is intact, and nothing is lost: once the kernel grants again,
// everything can be had, and the figures return to where they stood.
//
// Each case runs in a forked child of a process in which nothing has used the heap, so that the
// refusals also meet the very first call of a process.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "heap/empty_blocks.h"
#include "heap/heap.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "span/span_heap.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"
#include "support/shadow_heap.h"

namespace ox::test {
namespace out_of_memory_test {

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kThreads = 3;

// Makes the heap use every system call it has: first ones, growth of table and slices, purges,
// moved and renewed pages, heaps for threads. Goes on after a refusal. True if nothing was refused.
bool work(ShadowHeap& shadow) {
  bool all = true;
  for (const size_t size : {1, 16, 100, 2048, 2049, 4000, 32768, 32769})
    for (int i = 0; i < 20; ++i) all &= shadow.allocate(size);
  for (int i = 0; i < 3; ++i) all &= shadow.allocate_zeroed(kMiB);
  all &= shadow.allocate_aligned(kMiB, 3 * kMiB);
  all &= shadow.allocate(70 * kMiB);  // beyond one step of growth
  if (shadow.count()) all &= shadow.reallocate(shadow.count() - 1, 90 * kMiB);  // moves its pages
  if (shadow.count()) all &= shadow.reallocate(shadow.count() - 1, 5 * kMiB);
  while (shadow.count() > 100) shadow.release(shadow.count() - 1);  // purges, renews
  for (int i = 0; i < 10; ++i) all &= shadow.allocate_zeroed(200'000);
  heap::trim();
  // Several threads at once: a heap each, the later ones in storage of their own.
  for (size_t i = 0; i < kThreads; ++i) {
    void* block = nullptr;
    in_heap_thread([&] { block = heap::allocate(100 + 1000 * i); });
    all &= block != nullptr;
    heap::release(block);
  }
  for (size_t i = 0; i < shadow.count(); i += 7)
    all &= shadow.reallocate(i, shadow.at(i).size * 3 + 1);
  shadow.check_all();
  return all;
}

// In a child: `count` refusals from the nth on, then none. 0, or a line on stderr and 1.
int refuse(unsigned nth, unsigned count) {
  try {
    ShadowHeap shadow(nth);
    os::inject_failure(nth, count);
    work(shadow);
    os::inject_failure(0, 0);
    shadow.release_all();
    const heap::Figures after_refusals = heap::figures();
    // A thread that was refused a heap shares one with others like it: what is freed into that heap
    // counts until its next use.
    const size_t on_their_way = after_refusals.live_blocks;
    if (on_their_way > kThreads) throw Broken("live blocks that nobody holds");
    // The same again: a place that leaked while the kernel refused would be missing now. Where
    // spans stand may differ for some rounds.
    constexpr int kMostRounds = 5;
    bool grows = true;
    for (int round = 0; grows; ++round) {
      if (round == kMostRounds) throw Broken("the heap goes on growing");
      const size_t before = round == 0 ? 0 : heap::figures().committed_bytes;
      if (!work(shadow)) throw Broken("refused though the kernel grants");
      shadow.release_all();
      heap::trim();
      const heap::Figures figures = heap::figures();
      if (figures.live_blocks > on_their_way) throw Broken("live blocks after the work");
      if (figures.free_dirty_bytes != 0) throw Broken("memory kept after a trim");
      grows = figures.committed_bytes > before;
    }
    return 0;
  } catch (const Broken& broken) {
    std::fprintf(stderr, "refused from call %u on, %u calls: %s\n", nth, count, broken.what());
    return 1;
  }
}

// In a child of its own, so that each case begins with an unused heap.
template <typename Function>
int in_child(Function function) {
  const pid_t child = fork();
  if (child == 0) _exit(function());
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

unsigned calls_without_refusal() {
  int channel[2];
  EXPECT_EQ(pipe(channel), 0);
  const int status = in_child([&] {
    os::inject_failure(~0u, 1);  // counts, refuses none
    ShadowHeap shadow(1);
    if (!work(shadow)) return 1;
    const unsigned calls = os::calls_made();
    return write(channel[1], &calls, sizeof calls) == sizeof calls ? 0 : 1;
  });
  unsigned calls = 0;
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read(channel[0], &calls, sizeof calls), static_cast<ssize_t>(sizeof calls));
  close(channel[0]);
  close(channel[1]);
  return calls;
}

// count: 1, that call alone; 3, also what is tried instead; ~0, everything from there on.

void refuse_each_in_turn(unsigned count) {
  const unsigned calls = calls_without_refusal();
  ASSERT_GT(calls, 20u);
  for (unsigned nth = 1; nth <= calls; ++nth) {
    const int status = in_child([&] { return refuse(nth, count); });
    EXPECT_EQ(status, 0) << "refused from call " << nth << " of " << calls << " on, " << count;
  }
}

TEST_IN_FRESH_PROCESS(OutOfMemory, OneCallRefused) {
  refuse_each_in_turn(1);
}
TEST_IN_FRESH_PROCESS(OutOfMemory, ThreeCallsRefused) {
  refuse_each_in_turn(3);
}
TEST_IN_FRESH_PROCESS(OutOfMemory, EverythingRefused) {
  refuse_each_in_turn(~0u);
}

// The slice for blocks of no bytes cannot be made inaccessible: it is no less dirty than before.
TEST_IN_FRESH_PROCESS(OutOfMemory, ASliceThatStaysAccessibleIsNotCalledZero) {
  void* much = heap::allocate(16 * kMiB);  // so much in use that a slice may stay dirty
  bool zeroed;
  Descriptor* dirty = span_heap::allocate(1, kSliceSize, zeroed);
  std::memset(dirty->start, 1, kSliceSize);
  span_heap::release(dirty, kSliceSize);
  os::inject_failure(1, 1);
  EXPECT_EQ(empty_blocks::allocate(), nullptr);
  os::inject_failure(0, 0);
  Descriptor* again = span_heap::allocate(1, kSliceSize, zeroed);
  EXPECT_EQ(again, dirty);
  EXPECT_FALSE(zeroed);
  heap::release(much);
}

}  // namespace out_of_memory_test
}  // namespace ox::test
