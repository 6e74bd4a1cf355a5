// Looks for damage before the program runs into it: the calling thread's slabs, a few or all.
//
// With OX_CHECK=1 whenever a slab is taken or released, and at exit. In the hardened build also
// when a thread first uses a class, while the process has one thread: others change blocks while
// one looks.
#pragma once

#include <cstddef>

#include "base/options.h"
#include "base/policy.h"
#include "heap/thread_heap.h"

namespace ox::check {

// Reports damage in a slab: free blocks that were written to; hardened, all that hardened.h says of
// blocks.
void slab(Descriptor* slab);

// Hardened: the blocks of a slab, none of which changes meanwhile, before their memory is given
// back.
void blocks(const Descriptor* slab);
void free_block(const Descriptor* slab, char* block);

// The calling thread's slabs, `most` of them, those of other classes at the next call. The nursery,
// too.
void some(ThreadHeap& heap, size_t most);

inline void on_new_class(ThreadHeap& heap) {
  constexpr size_t kFew = 4;
  if (kHardened && thread_heaps::only_one()) some(heap, kFew);
}

inline void on_slow_path(ThreadHeap& heap) {
  constexpr size_t kMany = 64;
  if (__builtin_expect(options[Option::Check] != 0, 0)) some(heap, kMany);
}

}  // namespace ox::check
