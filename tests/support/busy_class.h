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

// The same, of slabs of their class alone, as long as the block that it returns is in use, one of
// that size. nullptr: small and large sizes need none, or there is no memory.
[[nodiscard]] inline void* stay_busy(size_t size) {
  leave_nursery(size);
  if (size <= kMaxSmall || size > kMaxMedium) return nullptr;
  constexpr size_t kMost = 1000;
  std::vector<void*> blocks;
  const auto is_of_slab_of_class = [&](const void* block) {
    const Descriptor* slab =
        region::leader_by_walk(region::find(reinterpret_cast<uintptr_t>(block)));
    return slab->kind == SpanKind::Medium && slab->size_class == size_class_of(size);
  };
  do blocks.push_back(heap::allocate(size));
  while (blocks.back() && !is_of_slab_of_class(blocks.back()) && blocks.size() < kMost);
  void* const last = blocks.back();
  blocks.pop_back();
  for (void* block : blocks) heap::release(block);
  return last;
}

// The same, as long as the heap keeps a slab of the class.
inline void make_busy(size_t size) {
  heap::release(stay_busy(size));
}

}  // namespace ox::test
