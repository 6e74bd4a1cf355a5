// What a thread heap does with memory that it does not need at present: empty slabs, which it keeps
// or releases, and pages without a block in use.
#include "heap/class_slices.h"
#include "heap/orphans.h"
#include "heap/slab.h"
#include "heap/thread_heap.h"

namespace ox {

using namespace slab;

namespace {

// While the heap grows: bytes side by side that are worth a system call, which interrupts all
// threads there are.
size_t worth_a_call() {
  return thread_heaps::count() > 1 ? size_t{16} << 10 : 1;
}

// What is free in a slab that malloc takes from is soon used; with more threads, more may be.
bool is_soon_used(const Descriptor* current) {
  constexpr size_t kMostPerHeap = size_t{32} << 10, kMostHeaps = 4;
  const size_t heaps = thread_heaps::count();
  return count_bits(current->free_bits) * current->stride <
         kMostPerHeap * (heaps < kMostHeaps ? heaps : kMostHeaps);
}

}  // namespace

// A medium slab that is shorter than the one that would be made in its place: its class has grown.
bool ThreadHeap::is_outgrown(const Descriptor* slab) const {
  const SizeClass cls = slab->size_class;
  if (is_small(cls)) return false;
  const auto others = static_cast<uint16_t>(medium_slices[medium_index(cls)] - slab->slices);
  return slab->slices < medium::slices_for(cls, others);
}

bool ThreadHeap::may_keep(const Descriptor* slab) const {
  if (is_small(slab->size_class)) return retention::may_keep(slab->size());
  return !is_outgrown(slab) && retention::may_keep_medium(slab->size());
}

// A Partial slab became empty.
void ThreadHeap::keep_or_release(Descriptor* slab) {
  not_woken(slab);
  if (!is_small(slab->size_class)) note_in_vain(slab);
  if (may_keep(slab)) return keep(slab);
  if (release_empty_orphan() && may_keep(slab)) return keep(slab);
  if (retention::keeps_too_much()) release_kept();
  if (++refused_ == refusals_until_look_) stop_keeping_used();
  partial[index_of(slab->size_class)].remove(slab);
  note_refused(slab);
  release(slab);
}

// The class may want a slab again soon.
void ThreadHeap::note_refused(const Descriptor* slab) {
  if (is_small(slab->size_class)) return;
  class_slices::add_refused(index_of(slab->size_class), slab->slices);
  retention::note_refused(slab->size());
}

// Slabs that are kept, yet in use, leave no room for those that became empty. To look for them
// takes walks: the less often, the less there was to find.
void ThreadHeap::stop_keeping_used() {
  bool found = false;
  for (DescriptorList& list : partial)
    for (Descriptor* slab = list.first; slab; slab = slab->next)
      if (slab->kept && !is_empty(slab)) {
        stop_keeping(slab);
        found = true;
      }
  refused_ = 0;
  refusals_until_look_ = found ? kFewestRefusals : refusals_until_look_ * 2;
}

// Of those that the hardened build keeps. False if there is none.
bool ThreadHeap::release_empty_orphan() {
  Descriptor* slab = orphans::take_empty();
  if (!slab) return false;
  stop_keeping(slab);
  adopt(slab);
  return true;
}

bool ThreadHeap::release_kept(size_t wanted) {
  const auto is_enough = [wanted] { return wanted != 0 && retention::may_keep_medium(wanted); };
  bool any = false;
  while (!is_enough() && release_empty_orphan()) any = true;
  for (DescriptorList& list : partial)
    for (Descriptor* slab = list.first; slab;) {
      if (is_enough()) return any;
      Descriptor* following = slab->next;
      const bool was_kept = slab->kept;
      stop_keeping(slab);
      if (was_kept && all_free(slab)) {
        list.remove(slab);
        release(slab);
        any = true;
      }
      slab = following;
    }
  return any;
}

bool ThreadHeap::release_free() {
  const bool any = nursery.trim();
  return release_kept() || any;
}

// Pages without a block in use, in slabs that have others; also in medium slabs that malloc takes
// from, which it does from their start. Kept slabs have their bytes within the bound.
void ThreadHeap::give_back_pages(Pages which) {
  const auto least = [which](const Descriptor* slab) -> size_t {
    return which == Pages::All ? 1 : 1 + slab->capacity / kFewFreeShare;
  };
  const size_t worth = which == Pages::Most ? worth_a_call() : 1;
  for (DescriptorList& list : partial)
    for (Descriptor* slab = list.first; slab; slab = slab->next) {
      if (slab->kept) continue;
      if (!is_small(slab->size_class)) {
        if ((which != Pages::OfSlabsHalfFree ||
             count_bits(slab->free_bits) * 2 >= slab->capacity) &&
            medium::give_back(slab, least(slab), worth))
          regret_ -= static_cast<int32_t>(slab->slices);
      } else if (slab->holes == 0 && small::used_of(slab->head) * 2 <= slab->carved) {
        small::make_holes(slab);
        slab->set_owner(tag);
      }
    }
  if (which == Pages::OfSlabsHalfFree) return;
  nursery.give_back_pages();
  for (size_t index = 0; index < kMediumClasses; ++index)
    if (Descriptor* slab = current(medium_class(index)); slab != no_slab()) {
      if (which == Pages::Most && is_soon_used(slab)) continue;
      medium::give_back(slab, least(slab), worth);
      slab->carved = 0;  // it is used on: nothing to compare with the next time
    }
}

void ThreadHeap::trim() {
  // relaxed: see trims_wanted.
  trims_done_ = thread_heaps::trims_wanted.load(std::memory_order_relaxed);
  read_mail();
  release_kept();
  nursery.trim();
  give_back_pages();
}

// Worth it when the process has taken more memory, an eighth more than at the last look: what is
// free does not serve it, and a small program that has come to rest keeps little. In a process at
// rest nobody looks.
void ThreadHeap::look_for_pages() {
  constexpr size_t kLeastGrowth = size_t{128} << 10;
  constexpr size_t kMostHeaps = 16;
  const size_t used = retention::used_bytes();
  if (used < next_look_) return;
  release_kept();
  give_back_pages(Pages::Most);
  const size_t heaps = thread_heaps::count();
  const size_t growth = kLeastGrowth * (heaps < kMostHeaps ? heaps : kMostHeaps);
  next_look_ = used + (used / 8 > growth ? used / 8 : growth);
}

// Later if what went back was wanted again; sooner if nothing was for many looks: what a program
// that goes round takes again shows at one of them, and it frees at several.
void ThreadHeap::set_pace() {
  constexpr uint8_t kLatest = 5;  // by all of what is in use
  constexpr uint8_t kMany = 16;
  if (regret_ > 0) {
    well_done_ = 0;
    if (later_ < kLatest) ++later_;
  } else if (later_ > 0 && ++well_done_ == kMany) {
    well_done_ = 0;
    --later_;
  }
  regret_ = 0;
}

// A program that frees much of what it has, but not whole slabs, may take no more memory for long.
// If more than half of what went back the last time went in vain, the next time is later.
void ThreadHeap::look_at_woken(const Descriptor* slab) {
  constexpr size_t kFewest = size_t{2} << 20;
  constexpr size_t kShare = 32;  // of what is in use
  woken_ += slab->slices;
  const size_t woken = size_t{woken_} << kSliceShift;
  if (woken < kFewest || woken < (retention::used_bytes() / kShare) << later_) return;
  woken_ = 0;
  set_pace();
  give_back_pages(Pages::OfSlabsHalfFree);
}

}  // namespace ox
