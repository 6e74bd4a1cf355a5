// Medium classes that share slabs: while a heap has few blocks of a class, the slabs of its larger
// neighbour serve it, too. Each class would else hold a slab of its own with room for more than it
// needs, and a heap that has blocks of all sizes would have twice as many slabs.
//
// While two neighbours share, the smaller one owns no slab, and its place in `medium_slots` is the
// larger one's current slab, which the fast path takes as it takes any. They do so until the larger
// one has more than few blocks, or there are slabs of the smaller one, this heap's or no thread's:
// then until that current slab is used up.
#include "heap/medium.h"
#include "heap/orphans.h"
#include "heap/thread_heap.h"

namespace ox {
namespace {

// Blocks of the larger class that are few: at most so many serve requests that would need less.
constexpr size_t kFewBlocks = 56;

}  // namespace

bool ThreadHeap::shares_slabs(SizeClass smaller) const {
  const SizeClass larger = neighbour(smaller);
  const size_t bytes = size_t{medium_slices[medium_index(larger)]} << kSliceShift;
  // With 4 GiB of the smaller one its count is 0, too: then it has a current slab, most likely.
  const bool has_own = medium_slices[medium_index(smaller)] != 0 || current(smaller) != no_slab();
  return !profiled && !has_own && bytes < kFewBlocks * block_size(larger) &&
         orphans::count(smaller) == 0;
}

void* ThreadHeap::refill_medium(SizeClass cls) {
  if (kSharesSlabs && !is_larger_neighbour(cls) && shares_slabs(cls))
    if (void* block = refill_slow(neighbour(cls), cls)) return block;
  return refill_slow(cls, cls);  // where the larger one's failed: a slab of it may be shorter
}

// The larger one's current slab becomes `slab`, and theirs, if they share still.
void ThreadHeap::set_shared(SizeClass smaller, Descriptor* slab) {
  medium_slots[medium_index(smaller)] = shares_slabs(smaller) ? slab : no_slab();
}

// From now on the class takes from `slab`: the larger one's current one, or none. A block of that;
// nullptr: there is none.
void* ThreadHeap::serve_from(SizeClass cls, Descriptor* slab) {
  medium_slots[medium_index(cls)] = slab;
  return medium::pop(slab);
}

}  // namespace ox
