// A thread that uses the heap. The library learns from pthread that a thread ends; here, where the
// heap is linked statically, the thread says so itself.
#pragma once

#include <barrier>
#include <thread>
#include <utility>
#include <vector>

#include "heap/heap.h"
#include "heap/thread_heap.h"

namespace ox::test {

template <typename Function>
std::thread start_heap_thread(Function function) {
  return std::thread([function = std::move(function)]() mutable {
    function();
    thread_heaps::detach();
  });
}

template <typename Function>
void in_heap_thread(Function function) {
  start_heap_thread(std::move(function)).join();
}

// Lets every heap that waits for a thread take in what others freed into it meanwhile: as many
// threads as there may be such heaps have one at the same time, and end.
inline void settle() {
  constexpr size_t kThreads = 12;
  std::barrier all_attached(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i)
    threads.push_back(start_heap_thread([&] {
      heap::release(heap::allocate(1));
      all_attached.arrive_and_wait();
    }));
  for (auto& thread : threads) thread.join();
}

}  // namespace ox::test
