// Pages without a block in use, in slabs that have others: when a thread heap looks for them and
// gives them back to the system.
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

// As ThreadHeap::next_look_, for the slabs of no thread.
std::atomic<size_t> next_look_at_orphans{0};

size_t least_free(const Descriptor* slab, bool any) {
  return any ? 1 : 1 + slab->capacity / ThreadHeap::kFewFreeShare;
}

// What is free in it.
uint64_t state_of(const Descriptor* slab) {
  return is_small(slab->size_class) ? slab->head : uint64_t{slab->free_bits};
}

// Whether all went back that could, and nothing has become free since.
bool is_done(const Descriptor* slab) {
  // relaxed: what comes later is found at the next look.
  return slab->looked_at == state_of(slab) && slab->remote.load(std::memory_order_relaxed) == 0;
}

}  // namespace

// Of one that malloc does not take from, and that is not kept: that has its bytes within the bound.
// True if some went back.
bool ThreadHeap::give_back_pages_of(Descriptor* slab, Pages which, size_t worth) {
  if (is_mixed(slab) || is_done(slab)) return false;
  const bool all = which == Pages::All, little = is_small(slab->size_class);
  GivenBack given;
  if (!little) {
    const bool half_free = count_bits(slab->free_bits) * 2 >= slab->capacity;
    if (which == Pages::OfSlabsHalfFree && !half_free) return false;
    given = medium::give_back(slab, least_free(slab, all), worth);
  } else {
    const bool half_free = small::used_of(slab->head) * 2 <= slab->carved;
    if (!all && (slab->holes != 0 || !half_free)) return false;
    given = small::make_holes(slab);
    walked_ += slab->carved;
    slab->set_owner(tag);
  }
  if ((all || little) && given.all) slab->looked_at = state_of(slab);
  return given.any;
}

// What others have freed into it is taken in first: nobody announces that of one that is not Full.
// True if it is empty then, and was released.
bool ThreadHeap::release_if_empty(Descriptor* slab) {
  collect(slab);
  if (!all_free(slab)) return false;
  partial[index_of(slab->size_class)].remove(slab);
  not_woken(slab);
  release(slab);
  return true;
}

// Also in medium slabs that malloc takes from, which it does from their start.
void ThreadHeap::give_back_pages(Pages which) {
  const size_t worth = which == Pages::Most ? worth_a_call() : 1;
  for (DescriptorList& list : partial)
    for (Descriptor* slab = list.first; slab;) {
      Descriptor* following = slab->next;
      if (!slab->kept && !is_mixed(slab) && !release_if_empty(slab) &&
          give_back_pages_of(slab, which, worth) && !is_small(slab->size_class))
        regret_ -= static_cast<int32_t>(slab->slices);
      slab = following;
    }
  if (which == Pages::OfSlabsHalfFree) return;
  if constexpr (mixed::kServes) give_back_pages_of_mixed(which);
  nursery.give_back_pages();
  for (size_t index = 0; index < kMediumClasses; ++index)
    if (Descriptor* slab = current(medium_class(index)); slab != no_slab())
      give_back_pages_of_current(slab, which, worth);
}

void ThreadHeap::give_back_pages_of_current(Descriptor* slab, Pages which, size_t worth) {
  collect(slab);
  if (which == Pages::Most) {
    // Without a block in use, it waits as any that is kept: until it serves its class again, or
    // until the next look releases it. Most classes are used for a while.
    if (slab->kept && all_free(slab)) return put_aside(slab);
    if (is_soon_used(slab)) return;
  }
  medium::give_back(slab, least_free(slab, which == Pages::All), worth);
  slab->carved = 0;  // it is used on: nothing to compare with the next time
}

// One of no thread is this heap's for a moment. False: there is none of the class.
bool ThreadHeap::look_at_orphan(SizeClass cls, Pages which) {
  Descriptor* slab = orphans::take(cls, this);
  if (!slab) return false;
  const bool is_worth_a_look = slab->kept || !is_done(slab);
  take_over(slab);
  if (is_worth_a_look) {
    stop_keeping(slab);
    if (all_free(slab)) {
      release(slab);
      return true;
    }
    if (!is_mixed(slab))
      give_back_pages_of(slab, which, which == Pages::Most ? worth_a_call() : 1);
    else if (which == Pages::All || mixed::free_bytes(slab) >= kSliceSize / 2)
      empty_mixed(slab);
  }
  give_away(slab);
  return true;
}

void ThreadHeap::trim_orphans() {
  for (size_t index = 0; index < kClasses; ++index) {
    const auto cls = static_cast<SizeClass>(index);
    for (size_t left = orphans::count(cls); left > 0 && look_at_orphan(cls, Pages::All); --left) {
    }
  }
}

// Not all at once, for it is in the middle of a malloc: they take turns, and so do the classes.
void ThreadHeap::look_at_some_orphans() {
  constexpr uint32_t kMostWalked = uint32_t{1} << 17;
  // relaxed: where to go on.
  static std::atomic<size_t> next_class{0};
  size_t index = next_class.load(std::memory_order_relaxed);
  const uint32_t before = walked_;
  const auto is_enough = [&] { return walked_ - before >= kMostWalked; };
  for (size_t classes = kClasses; classes > 0 && !is_enough(); --classes) {
    const auto cls = static_cast<SizeClass>(index);
    for (size_t left = orphans::count(cls); left > 0 && !is_enough(); --left)
      if (!look_at_orphan(cls, Pages::Most)) break;
    if (!is_enough()) index = (index + 1) % kClasses;
  }
  next_class.store(index, std::memory_order_relaxed);
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
  // relaxed: two threads may look.
  if (used < next_look_at_orphans.load(std::memory_order_relaxed)) return;
  next_look_at_orphans.store(next_look_, std::memory_order_relaxed);
  look_at_some_orphans();
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
void ThreadHeap::look_at_woken() {
  constexpr size_t kFewest = size_t{2} << 20;
  constexpr size_t kShare = 32;  // of what is in use
  const size_t woken = size_t{woken_} << kSliceShift;
  if (woken < kFewest || woken < (retention::used_bytes() / kShare) << later_) return;
  woken_ = 0;
  set_pace();
  give_back_pages(Pages::OfSlabsHalfFree);
}

}  // namespace ox
