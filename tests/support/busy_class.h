// A thread's first blocks of a size class come from its nursery, and the next ones of a medium
// class perhaps from its larger neighbour's slabs (heap/shared_slabs.cpp). Tests of slabs begin
// behind that.
#pragma once

#include <vector>

#include "heap/heap.h"

namespace ox::test {

// From now on the calling thread's blocks of that size come from slabs.
inline void leave_nursery(size_t size) {
  for (size_t i = 0; i <= Nursery::kBusy; ++i) heap::release(heap::allocate(size));
}

// The same, of slabs of their class alone.
inline void make_busy(size_t size) {
  leave_nursery(size);
  if (size > kMaxMedium) return;
  std::vector<void*> blocks;
  do blocks.push_back(heap::allocate(size));
  while (heap::usable_size(blocks.back()) > block_size(size_class_of(size)));
  for (void* block : blocks) heap::release(block);
}

}  // namespace ox::test
