// The heaps of threads: given at the first allocation, taken back at the end, and what happens to
// those who go on allocating after that, or are lost in a fork.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <vector>

#include "heap/heap.h"
#include "heap/stats.h"
#include "heap/thread_heap.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox {
namespace {

TEST_IN_FRESH_PROCESS(ThreadHeaps, ComeWithTheFirstAllocationAndGo) {
  EXPECT_EQ(current_heap(), nullptr);
  void* block = heap::allocate(1);
  EXPECT_NE(current_heap(), nullptr);
  heap::release(block);
  const ThreadHeap* first = nullptr;
  test::in_heap_thread([&] {
    heap::release(heap::allocate(1));
    first = current_heap();
    EXPECT_NE(first, nullptr);
    thread_heaps::detach();
    EXPECT_EQ(current_heap(), nullptr);
    EXPECT_TRUE(thread_heaps::is_detached());
  });
  test::in_heap_thread([&] {
    heap::release(heap::allocate(1));
    EXPECT_EQ(current_heap(), first);  // used again
  });
}

TEST_IN_FRESH_PROCESS(ThreadHeaps, ALargeBlockNeedsNone) {
  heap::release(heap::allocate(100'000));
  EXPECT_EQ(current_heap(), nullptr);
}

// Destructors of other keys run after ours: such a thread allocates and frees like any other.
TEST_IN_FRESH_PROCESS(ThreadHeaps, AllocateAfterTheEnd) {
  void* own = heap::allocate(100);
  std::vector<void*> left;
  test::in_heap_thread([&] {
    void* early = heap::allocate(100);
    thread_heaps::detach();
    for (const size_t size : {0, 16, 1000, 2048, 2049, 8000, 32768, 32769, 1'000'000}) {
      auto* block = static_cast<char*>(heap::allocate(size));
      ASSERT_NE(block, nullptr);
      std::memset(block, 1, size);
      EXPECT_GE(heap::usable_size(block), size);
      block = static_cast<char*>(heap::reallocate(block, 2 * size + 1, nullptr));
      left.push_back(heap::allocate_zeroed(size));
      heap::release(block);
    }
    heap::release(early);
    heap::release(own);
  });
  for (void* block : left) heap::release(block);
  void* again = heap::allocate(100);
  EXPECT_NE(again, nullptr);
  heap::release(again);
}

TEST_IN_FRESH_PROCESS(ThreadHeaps, ManyLateThreadsShareOneHeap) {
  for (int i = 0; i < 100; ++i)
    test::in_heap_thread([] {
      thread_heaps::detach();
      for (int block = 0; block < 100; ++block) heap::release(heap::allocate(64));
    });
  EXPECT_LE(heap::figures().span_bytes, 2 * kSliceSize);
}

// As the library does it: handlers around fork, in a process where other threads are busy.
TEST_IN_FRESH_PROCESS(ThreadHeaps, TheChildOfAForkGoesOnWithWhatTheLostThreadsHad) {
  std::atomic<bool> stop{false}, ready{false};
  std::vector<void*> others;
  void* own[] = {heap::allocate(10), heap::allocate(5000), heap::allocate(50'000)};
  std::thread busy = test::start_heap_thread([&] {
    for (const size_t size : {16, 1024, 8192, 50'000})
      for (int i = 0; i < 100; ++i) others.push_back(heap::allocate(size));
    ready = true;
    while (!stop) heap::release(heap::allocate(2000));
  });
  while (!ready) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) {
    thread_heaps::before_fork();
    const pid_t child = fork();
    if (child == 0) {
      thread_heaps::after_fork_child();
      for (void* block : others) heap::release(block);
      for (void* block : own) heap::release(block);
      for (const size_t size : {16, 1024, 8192, 50'000})
        for (int block = 0; block < 1000; ++block) std::memset(heap::allocate(size), 1, size);
      _exit(0);
    }
    thread_heaps::after_fork_parent();
    int status = -1;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  stop = true;
  busy.join();
}

}  // namespace
}  // namespace ox
