// A thread's first blocks of a size class come from its nursery. Tests of slabs begin behind that.
#pragma once

#include "heap/heap.h"

namespace ox::test {

// From now on the calling thread's blocks of that size come from slabs.
inline void make_busy(size_t size) {
  for (size_t i = 0; i <= Nursery::kBusy; ++i) heap::release(heap::allocate(size));
}

}  // namespace ox::test
