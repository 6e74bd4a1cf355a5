// Where a thread heap finds a slab with a free block: among its own, those of no thread, in memory
// that slabs of other classes have left (heap/reuse.cpp), and at last from the span heap.
#include "heap/check.h"
#include "heap/class_slices.h"
#include "heap/orphans.h"
#include "heap/slab.h"
#include "heap/thread_heap.h"
#include "span/retention.h"
#include "span/span_heap.h"

namespace ox {

using namespace slab;
using span_heap::Holds;

namespace {

bool stays_light(SizeClass cls) {
  return is_small(cls) && class_slices::stays_light(cls);
}

// Memory that the slab came with, and will hardly use, goes back: of a class that had few slabs so
// far, which may use little of this one, and of one whose slabs stay light. What the first blocks
// of a small one take stays.
void give_back_unneeded(Descriptor* span, SizeClass cls, Holds& holds) {
  if (holds != Holds::Much) return;
  const bool is_rare =
      is_small(cls) ? class_slices::few_made(cls) : class_slices::peak_bytes(index_of(cls)) == 0;
  if (!(is_rare && thread_heaps::few()) && !stays_light(cls)) return;
  const size_t kept = is_small(cls) ? kLight : 0;
  if (span_heap::give_back(span, kept)) holds = kept ? Holds::Little : Holds::Nothing;
}

}  // namespace

Descriptor* ThreadHeap::find_slab(SizeClass cls) {
  // A thread that takes little should not come by all that another one has left.
  constexpr unsigned kMostOrphans = 16;
  check::on_slow_path(*this);
  if (has_mail()) read_mail();
  DescriptorList& list = partial[index_of(cls)];
  for (unsigned orphans_seen = 0;;) {
    while (Descriptor* slab = list.pop_front()) {
      if (!has_free(slab)) collect(slab);
      if (has_free(slab)) {
        if (!slab->kept) not_woken(slab);
        return slab;
      }
      make_full(slab);
    }
    Descriptor* orphan = orphans_seen < kMostOrphans ? orphans::take(cls, this) : nullptr;
    if (orphan) {
      ++orphans_seen;
      note_woken(orphan);  // as not_woken() will say
      adopt(orphan);
      continue;
    }
    if (Descriptor* host = reuse(cls)) return host;
    Descriptor* fresh = new_slab(cls);
    if (fresh != no_slab() || !wake_full(cls)) return fresh;
  }
}

Descriptor* ThreadHeap::allocate_span(SizeClass cls, Holds& holds) const {
  if (is_small(cls)) return span_heap::allocate_slice(stays_light(cls), holds);
  bool zeroed = false;
  Descriptor* span = span_heap::allocate(wanted_slices(cls, 0), kSliceSize, zeroed);
  holds = zeroed ? Holds::Nothing : Holds::Much;
  return span;
}

Descriptor* ThreadHeap::new_slab(SizeClass cls) {
  nursery.check(cls);  // its blocks may not be used again for long
  Holds holds;
  Descriptor* slab = allocate_span(cls, holds);
  if (!slab) {
    release_free();
    slab = allocate_span(cls, holds);
  }
  if (!slab) return no_slab();
  look_for_pages();
  give_back_unneeded(slab, cls, holds);
  if (is_small(cls)) {
    small::format(slab, cls);
    slab->light = holds != Holds::Much;
    class_slices::note_made(cls);
  } else {
    medium::format(slab, cls);
  }
  // relaxed: the slab reaches other threads with its blocks, handed over by the program.
  slab->remote.store(0, std::memory_order_relaxed);
  slab->mail.store(Mail::Unwanted, std::memory_order_relaxed);
  slab->set_owner(tag);
  count_medium(slab, Change::Taken);
  // release: after a fork the child takes a slab with a home to be in order.
  slab->home.store(this, std::memory_order_release);
  class_slices::add(index_of(cls), slab->slices);
  if (is_small(cls)) return slab;
  if (const size_t again = class_slices::take_refused(cls, slab->slices))
    retention::note_made_again(again << kSliceShift);
  return slab;
}

}  // namespace ox
