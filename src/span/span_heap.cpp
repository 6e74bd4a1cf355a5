#include "span/span_heap.h"

#include "base/options.h"
#include "base/policy.h"
#include "os/memory.h"
#include "span/free_spans.h"
#include "span/guards.h"
#include "span/region.h"
#include "span/retention.h"

namespace ox::span_heap {
namespace {

// Until much that was given back was wanted again, spans of large blocks from this size on give
// theirs back at once, and rest inaccessible for a while: a program that goes on using what it has
// freed faults.
constexpr size_t kCloses = size_t{128} << 10;

os::Lock heap_lock;

// All below is under heap_lock.

Descriptor* take_from_frontier(size_t slices, size_t alignment) {
  size_t skipped = 0;
  Descriptor* span = region::take(slices, alignment, skipped);
  if (!span) return nullptr;
  span->dirty = {};
  span->light = false;
  if (skipped) {
    Descriptor* gap = span - skipped;
    gap->slices = static_cast<uint32_t>(skipped);
    gap->dirty = {};
    free_spans::insert(gap);
  }
  return span;
}

Descriptor* take(size_t slices, size_t alignment) {
  Descriptor* span = free_spans::take(slices, alignment);
  return span ? span : take_from_frontier(slices, alignment);
}

bool purge_pages(Descriptor* span) {
  if (span->moved && os::renew(span->start, span->size())) {
    span->moved = false;
    return true;
  }
  return os::purge(span->start + (size_t{span->dirty.from} << kSliceShift),
                   size_t{span->dirty.size()} << kSliceShift);
}

// Without the lock while the kernel works; still a section that signal handlers find interrupted,
// for a thread heap may have asked for a span in the middle of something.
bool purge_pages_unlocked(Descriptor* span) {
  const os::Section section;
  heap_lock.unlock();
  const bool purged = purge_pages(span);
  heap_lock.lock();
  return purged;
}

// A span whose pages were moved goes back whole, and so stops being one, unless the program is
// about to want it again: what is cut from the rest would be called moved, too.
bool may_part(const Descriptor* span) {
  return !span->moved || retention::wants_back();
}

// Purges the last `slices` dirty ones of a span, or all. They are in no list meanwhile, so nobody
// else touches them. False if the kernel refused.
bool purge_one(Descriptor* span, size_t slices) {
  free_spans::remove(span);
  if (slices < span->dirty.size() && may_part(span)) {
    Descriptor* last = free_spans::split(span, span->dirty.to - slices);
    free_spans::insert(span);
    span = last;
  }
  const bool purged = purge_pages_unlocked(span);
  if (purged) {
    retention::note_purged(size_t{span->dirty.size()} << kSliceShift);
    span->dirty = {};
  }
  free_spans::insert(span);
  return purged;
}

// Purges until at most `keep` bytes are dirty.
bool purge_down_to(size_t keep) {
  bool any = false;
  while (free_spans::dirty_bytes() > keep) {
    Descriptor* span = free_spans::longest_dirty();  // before: it may merge light slices
    const size_t surplus = align_up(free_spans::dirty_bytes() - keep, kSliceSize) >> kSliceShift;
    if (!purge_one(span, surplus)) break;
    any = true;
  }
  return any;
}

void purge_surplus() {
  const auto [most, further] = retention::dirty_bound();
  if (free_spans::dirty_bytes() > most) purge_down_to(most - further);
}

// So many slices are handed out; the memory of those that are not dirty comes from the system.
void note_taken(size_t slices, size_t dirty) {
  const bool grows = retention::add_used(slices << kSliceShift);
  const size_t fresh = (slices - dirty) << kSliceShift;
  if (!grows)
    retention::note_fresh(fresh);
  else if (retention::note_growth(fresh))
    purge_surplus();
}

// OX_MEMORY_LIMIT. Bytes in slices: a little more than what is in blocks.
bool exceeds_limit(size_t more) {
  const uint64_t limit = options[Option::MemoryLimit];
  return limit != 0 && retention::used_bytes() + more > limit;
}

bool ends_at_frontier(const Descriptor* span) {
  const Region& region = *span->region;
  return (region.slice_of(span) + span->slices) << kSliceShift ==
         region.limit.load(std::memory_order_relaxed);  // changes under our lock only
}

// Takes the slices behind `span` from the frontier, if that is where it ends.
bool extend_frontier(const Descriptor* span, size_t more) {
  if (!ends_at_frontier(span)) return false;
  size_t skipped = 0;
  Descriptor* fresh = span->region->take(more, kSliceSize, skipped);
  if (!fresh) return false;
  free_spans::clear(fresh);
  return true;
}

// Whether the memory of a span that becomes free goes back at once: as long as little shows that
// the program wants it again, and no pages stand elsewhere than where they were made: what is
// closed and opened between such ones stays a mapping of its own.
bool goes_back(const Descriptor* span) {
  return span->size() >= kCloses && !retention::wants_back() && CountedFlag::count() == 0 &&
         guards::have_room();
}

// A span that is inaccessible now. The one that takes its turn becomes accessible again.
void rest_locked(Descriptor* span) {
  retention::subtract_used(span->size());
  retention::note_purged(span->size());
  span->dirty = {};
  Descriptor* rested = guards::rest(span);
  if (rested && guards::open(rested, rested->size())) free_spans::insert(rested);
}

// The free spans do not suffice: those that rest are some, too.
bool wake_one() {
  Descriptor* span = guards::wake();
  if (!span) return false;
  if (guards::open(span, span->size())) free_spans::insert(span);
  return true;
}

Descriptor* take_one(size_t slices, size_t alignment, bool light) {
  Descriptor* slice = light ? free_spans::take_light() : nullptr;
  return slice ? slice : take(slices, alignment);
}

// A span that is handed out; its `dirty` and `light` tell what it may hold.
Descriptor* take_dirty_or_clean(size_t slices, size_t alignment, bool light) {
  os::Guard guard(heap_lock);
  if (exceeds_limit(slices << kSliceShift)) return nullptr;
  Descriptor* span = take_one(slices, alignment, light);
  // Dirty and clean neighbours do not merge: clean ones do, and address space is found again.
  if (!span && purge_down_to(0)) span = take(slices, alignment);
  while (!span && wake_one()) span = take(slices, alignment);
  if (span) note_taken(slices, span->dirty.size());
  return span;
}

void release_locked(Descriptor* span, size_t touched) {
  retention::subtract_used(span->size());
  span->dirty = {0, static_cast<uint32_t>(align_up(touched, kSliceSize) >> kSliceShift)};
  if (span->slices == 1 && touched != 0 && touched <= kLight && os::page_size() <= kLight)
    free_spans::insert_light(span);
  else
    free_spans::insert(span);
  purge_surplus();
}

}  // namespace

namespace {

// The hardened build's spans: see guards.h.
Descriptor* take_guarded(size_t slices, size_t alignment) {
  os::Guard guard(heap_lock);
  if (exceeds_limit(slices << kSliceShift)) return nullptr;
  const size_t with_guard = slices + guards::wanted();
  Descriptor* span = take(with_guard, alignment);
  while (!span) {
    Descriptor* resting = guards::wake();
    if (!resting) return nullptr;
    free_spans::insert(resting);
    span = take(with_guard, alignment);
  }
  if (with_guard != slices) guards::split_off(span);
  retention::add_used(span->size());
  retention::note_fresh(span->size());
  return span;
}

void release_guarded(Descriptor* span) {
  guards::close(span);
  os::Guard guard(heap_lock);
  retention::subtract_used(span->size());
  retention::note_purged(span->size());
  guards::join(span);
  span->dirty = {};
  if (Descriptor* rested = guards::rest(span)) free_spans::insert(rested);
}

[[maybe_unused]] Descriptor* allocate_guarded(size_t slices, size_t alignment, size_t bytes) {
  Descriptor* span = take_guarded(slices, alignment);
  if (!span || guards::open(span, bytes)) return span;
  release_guarded(span);
  return nullptr;
}

}  // namespace

Descriptor* allocate(size_t slices, size_t alignment, bool& zeroed) {
  return allocate(slices, alignment, zeroed, slices << kSliceShift);
}

Descriptor* allocate(size_t slices, size_t alignment, bool& zeroed, size_t bytes) {
  if constexpr (kHardened) {
    zeroed = true;
    return allocate_guarded(slices, alignment, bytes);
  }
  Descriptor* span = take_dirty_or_clean(slices, alignment, false);
  if (span) zeroed = span->dirty.empty();
  return span;
}

Descriptor* allocate_slice(bool light, Holds& holds) {
  holds = Holds::Nothing;
  if constexpr (kHardened) return allocate_guarded(1, kSliceSize, kSliceSize);
  Descriptor* slice = take_dirty_or_clean(1, kSliceSize, light);
  if (slice && !slice->dirty.empty()) holds = slice->light ? Holds::Little : Holds::Much;
  return slice;
}

bool give_back(Descriptor* span, size_t kept) {
  const size_t rest = span->size() - kept;
  if (kept % os::page_size() != 0 || !os::purge(span->start + kept, rest)) return false;
  retention::note_given_back(rest);
  return true;
}

void release(Descriptor* span, size_t touched) {
  if constexpr (kHardened) return release_guarded(span);
  os::Guard guard(heap_lock);
  release_locked(span, touched);
}

void release_block(Descriptor* span, size_t touched) {
  if (kHardened || !goes_back(span) || !os::close(span->start, span->size()))
    return release(span, touched);
  span->moved = false;
  os::Guard guard(heap_lock);
  rest_locked(span);
}

bool extend(Descriptor* span, size_t slices, bool& zeroed) {
  if constexpr (kHardened) return false;
  os::Guard guard(heap_lock);
  const size_t more = slices - span->slices;
  if (exceeds_limit(more << kSliceShift)) return false;
  free_spans::merge_light_behind(span);
  Descriptor* behind = free_spans::behind(span);
  const size_t found = behind ? behind->slices : 0;
  if (found < more && !extend_frontier(behind ? behind : span, more - found)) return false;
  uint32_t dirty = 0;
  if (behind) {
    free_spans::remove(behind);
    if (behind->slices > more) free_spans::insert(free_spans::split(behind, more));
    dirty = behind->dirty.size();
    span->moved |= behind->moved;
    free_spans::clear(behind);
  }
  zeroed = dirty == 0;
  span->slices = static_cast<uint32_t>(slices);
  note_taken(more, dirty);
  return true;
}

void shrink(Descriptor* span, size_t slices) {
  os::Guard guard(heap_lock);
  Descriptor* rest = free_spans::split(span, slices);
  release_locked(rest, rest->size());
}

bool purge_all() {
  os::Guard guard(heap_lock);
  return purge_down_to(0);
}

Figures figures() {
  os::Guard guard(heap_lock);
  const retention::Figures amounts = retention::figures();
  return {amounts.used,
          amounts.most_used,
          free_spans::dirty_bytes(),
          kHardened ? amounts.used : region::committed(),
          amounts.purges,
          amounts.purged_bytes};
}

bool make_room(size_t mapped, size_t most) {
  os::Guard guard(heap_lock);
  if (mapped != 0 && mapped <= most) return false;
  const size_t surplus = region::surplus();
  const size_t others = mapped > surplus ? mapped - surplus : 0;
  return others <= most && region::give_up_surplus((most - others) / 2) != 0;
}

os::Lock& lock() {
  return heap_lock;
}

}  // namespace ox::span_heap
