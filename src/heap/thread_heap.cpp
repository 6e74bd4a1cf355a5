#include "heap/thread_heap.h"

#include "heap/check.h"
#include "heap/class_slices.h"
#include "heap/orphans.h"
#include "heap/slab.h"
#include "os/report.h"
#include "span/span_heap.h"

namespace ox {

using namespace slab;

// Not where the compiler knows what kNoHeap is, or it makes a second one to copy from.
ThreadHeap::ThreadHeap() : CurrentSlabs(kNoHeap, no_slab()) {}

// relaxed: see trims_wanted.
inline bool ThreadHeap::wants_trim() const {
  return trims_done_ != thread_heaps::trims_wanted.load(std::memory_order_relaxed);
}

inline void ThreadHeap::make_current(SizeClass cls, Descriptor* slab) {
  if (slab != no_slab()) {
    slab->place = SlabPlace::Current;
    slab->looked_at = kNotLookedAt;
    if (is_small(cls))
      small::stop_counting(slab);
    else
      note_in_vain(slab);
  }
  if (profiled) {
    profiled->current[index_of(cls)] = slab;
    return;
  }
  if (is_small(cls)) {
    const size_t first = first_slot(cls);  // once: what is stored might be the table it is from
    for (size_t slot = block_size(cls) / 16; slot >= first; --slot) slots[slot] = slab;
    return;
  }
  Descriptor*& place = medium_slots[medium_index(cls)];
  if (kSharesSlabs && is_larger_neighbour(cls) &&
      medium_slots[medium_index(neighbour(cls))] == place)
    set_shared(neighbour(cls), slab);
  place = slab;
}

// The same out of line, for all but the shortest way.
[[gnu::noinline]] void ThreadHeap::set_current(SizeClass cls, Descriptor* slab) {
  make_current(cls, slab);
}

inline void ThreadHeap::wait_as_partial(Descriptor* current) {
  if (current->kept)
    may_have_kept_ = true;
  else
    start_counting(current);
  current->place = SlabPlace::Partial;
}

// The short way of refill(), to a slab that waits and has a block at hand. nullptr: that was
// written to.
[[gnu::noinline]] void* ThreadHeap::turn(Descriptor* slab, SizeClass cls) {
  check::on_slow_path(*this);
  wait_as_partial(slab);
  slab = partial[index_of(cls)].rotate(slab);
  if (!slab->kept) not_woken(slab);
  make_current(cls, slab);
  return is_small(cls) ? small::pop(slab) : medium::pop(slab);
}

void* ThreadHeap::refill_from_nursery(SizeClass cls) {
  if (wants_trim()) trim();
  void* block = nursery.allocate(this, cls);
  return block ? block : refill_slow(cls, cls);
}

void* ThreadHeap::refill_from_slabs(SizeClass cls, Descriptor* slab) {
  const SizeClass served = slab->size_class;  // `cls`, or its larger neighbour
  const Descriptor* waiting = partial[index_of(served)].first;
  if (waiting && slab != no_slab() && is_used_up(slab, served) && has_block(waiting, served) &&
      !has_mail() && !wants_trim())
    if (void* block = turn(slab, served)) return block;
  // Reports a damaged block, too.
  return is_small(cls) ? refill_slow(cls, cls) : refill_medium(cls);
}

// A block for the class `wanted`, in the order of what it costs: the nursery while the class took
// little from it, and of `cls`, whose slabs serve it, blocks freed by other threads, blocks not
// carved yet, a partial slab, an orphan, a new one.
void* ThreadHeap::refill_slow(SizeClass cls, SizeClass wanted) {
  if (wants_trim()) trim();
  Descriptor* slab = current(cls);
  if (cls != wanted && slab != serving(wanted))  // they begin to share it
    if (void* block = serve_from(wanted, slab)) return block;
  if (slab == no_slab()) check::on_new_class(*this);
  if (Nursery::kServes && slab == no_slab() && !is_small(wanted))  // others: see refill()
    if (void* block = nursery.allocate(this, wanted)) return block;
  for (;;) {
    if (slab != no_slab()) {
      check_top_block(slab);
      if (!brings_too_few(slab) && collect(slab)) {
        if (void* block = pop(slab)) return block;
        check_top_block(slab);
      }
      if (is_small(cls) && small::list_empty(slab) && !small::exhausted(slab) &&
          small::carve(slab)) {
        slab->set_owner(tag);  // what it lacked may be there now
        return pop(slab);
      }
      retire(slab);
      set_current(cls, no_slab());  // a look for pages may release it
    }
    slab = find_slab(cls);
    set_current(cls, slab);
    if (slab == no_slab()) return nullptr;
    if (void* block = pop(slab)) return block;
  }
}

// The current slab has no block left. It waits as Partial for one round of its class's list: if
// nothing came back by then, find_slab() makes it Full.
void ThreadHeap::retire(Descriptor* slab) {
  wait_as_partial(slab);
  partial[index_of(slab->size_class)].push_back(slab);
}

// The same for a current slab that has blocks.
void ThreadHeap::put_aside(Descriptor* slab) {
  set_current(slab->size_class, no_slab());
  retire(slab);
}

void ThreadHeap::make_partial(Descriptor* slab) {
  may_have_kept_ |= slab->kept;
  slab->place = SlabPlace::Partial;
  slab->set_owner(tag);
  partial[index_of(slab->size_class)].push_back(slab);
}

// Makes a Full slab Partial. With mail under way it stays Full; read_mail() will see it, even if it
// is empty by then.
bool ThreadHeap::stop_waiting(Descriptor* slab) {
  if (slab->place != SlabPlace::Full || !stop_mail(slab)) return false;
  leave_full(slab);
  make_partial(slab);
  return true;
}

void ThreadHeap::free_checked(Descriptor* slab, void* block, const void* caller) {
  if (is_mixed(slab)) return free_mixed(slab, static_cast<char*>(block), caller);
  const bool is_woken = stop_waiting(slab);
  if (is_woken) note_woken(slab);
  // What was freed by others shows whether this block is among it.
  if (slab->place == SlabPlace::Full)
    take_remote(slab);
  else
    collect(slab);
  if (is_small(slab->size_class))
    free_small_checked(slab, static_cast<char*>(block), caller);
  else
    free_medium_checked(slab, block, caller);
  // Not before: it might release this slab, all blocks of which others have freed.
  if (is_woken) look_at_woken();
}

void ThreadHeap::free_small_checked(Descriptor* slab, char* block, const void* caller) {
  if (!small::is_block(slab, block)) return report::invalid_pointer("free", block, caller);
  // User data looks like a mark once in 2^32.
  const bool is_listed = small::has_mark(slab, block) && small::contains(slab, block);
  if (is_listed || small::is_in_hole(slab, block))
    return report::double_free(block, slab->block_bytes(), caller);
  if (small::push(slab, block)) on_small_event(slab, caller);
}

void ThreadHeap::free_medium_checked(Descriptor* slab, void* block, const void* caller) {
  switch (medium::push(slab, block)) {
    case medium::Freed::Done:
      break;
    case medium::Freed::AllFree:
      on_medium_all_free(slab);
      break;
    case medium::Freed::Invalid:
      return report::invalid_pointer("free", block, caller);
    case medium::Freed::Twice:
      return report::double_free(block, slab->stride, caller);
  }
}

void ThreadHeap::on_small_event(Descriptor* slab, const void* caller) {
  char* const block = slab->start + small::offset_of(slab->head);
  if (!small::is_multiple(slab, block)) {
    report::invalid_pointer("free", block, caller);
    return small::undo_push(slab, block);
  }
  if (small::used_of(slab->head) != 0) return;
  switch (slab->place) {
    case SlabPlace::Partial:
      return keep_or_release(slab);
    case SlabPlace::Full:
      // With mail under way it stays Full; read_mail() will see it.
      if (stop_mail(slab)) take_back(slab);
      break;
    case SlabPlace::Current:
      small::stop_counting(slab);
      break;
    case SlabPlace::Orphan:
    case SlabPlace::Dormant:
      break;
  }
}

void ThreadHeap::on_medium_all_free(Descriptor* slab) {
  // Looked at once: a released slab may be another thread's at once.
  const SlabPlace place = slab->place;
  if (place == SlabPlace::Partial) keep_or_release(slab);
  if (place == SlabPlace::Current) keep_current_or_release(slab);
}

// A program may go on with the current slab at once: rather give up others than this one.
void ThreadHeap::keep_current_or_release(Descriptor* slab) {
  if (!retention::may_keep_medium(slab->size())) {
    // Of limited memory no more than this slab: what another thread keeps would be missing.
    release_kept(options[Option::MemoryLimit] != 0 ? 0 : slab->size());
    if (!retention::may_keep_medium(slab->size())) {
      set_current(slab->size_class, no_slab());
      note_refused(slab);
      return release(slab);
    }
  }
  keep(slab);
}

// What was an orphan is this heap's, in no list.
void ThreadHeap::take_over(Descriptor* slab) {
  take_remote(slab);
  count_medium(slab, Change::Taken);
  slab->set_owner(tag);
}

void ThreadHeap::adopt(Descriptor* slab) {
  take_over(slab);
  if (!slab->kept && all_free(slab))
    release(slab);
  else if (has_free(slab))
    make_partial(slab);
  else
    make_full(slab);
}

void ThreadHeap::release(Descriptor* slab) {
  release(slab, is_small(slab->size_class) ? small::touched_bytes(slab) : slab->size());
}

// `touched` bytes at its start may hold memory.
void ThreadHeap::release(Descriptor* slab, size_t touched) {
  check::on_slow_path(*this);
  if (!is_all_listed(slab)) return make_full(slab);
  if constexpr (kHardened) check::blocks(slab);
  class_slices::subtract(index_of(slab->size_class), slab->slices);
  count_medium(slab, Change::GivenAway);
  slab->set_owner(0);
  slab->home.store(nullptr, std::memory_order_relaxed);  // no block is left to reach it by
  if (is_small(slab->size_class)) {
    slab->kind = SpanKind::None;
    slab->head = 0;
    if (slab->is_mixed()) take_map(slab);
  } else {
    medium::unformat(slab);
  }
  span_heap::release(slab, touched);
}

void ThreadHeap::give_away(Descriptor* slab) {
  stop_keeping(slab);
  take_remote(slab);
  if (all_free(slab) && is_all_listed(slab)) {
    if (!kHardened || !retention::may_keep(slab->size())) return release(slab);
    keep(slab);
  }
  count_medium(slab, Change::GivenAway);
  orphans::add(slab);
}

void ThreadHeap::count_medium(const Descriptor* slab, Change change) {
  if (is_small(slab->size_class)) return;
  uint16_t& slices = medium_slices[medium_index(slab->size_class)];
  const auto changed = static_cast<uint16_t>(slab->slices);
  slices = static_cast<uint16_t>(change == Change::Taken ? slices + changed : slices - changed);
}

void ThreadHeap::abandon() {
  while (Descriptor* slab = full.first) {
    if (stop_mail(slab)) {
      leave_full(slab);
      give_away(slab);
    } else if (read_mail(), full.first == slab) {
      os::nap();  // another thread is between asking for the address and posting
    }
  }
  while (Descriptor* slab = dormant.pop_front()) give_away(slab);
  for (size_t index = 0; index < kClasses; ++index) {
    const auto cls = static_cast<SizeClass>(index);
    while (Descriptor* slab = partial[index].pop_front()) give_away(slab);
    Descriptor* slab = current(cls);
    if (slab == no_slab()) continue;
    set_current(cls, no_slab());
    start_counting(slab);
    give_away(slab);
  }
  nursery.settle(lives > kFewLives);
}

void ThreadHeap::orphan_after_fork(Descriptor* slab) {
  slab->mail.store(Mail::Unwanted, std::memory_order_relaxed);
  slab->next = slab->prev = nullptr;
  stop_keeping(slab);
  if (is_mixed(slab))
    mixed::make_dormant(slab);
  else
    start_counting(slab);
  orphans::add_locked(slab);
}

}  // namespace ox
