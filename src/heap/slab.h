// What a thread heap asks of a slab of its own, small or medium, and does to it: the one place
// where the two kinds meet. Owner thread only.
#pragma once

#include "base/options.h"
#include "heap/medium.h"
#include "heap/small.h"
#include "span/retention.h"

namespace ox::slab {

inline bool is_mixed(const Descriptor* slab) {
  return is_small(slab->size_class) && slab->is_mixed();
}

inline void* pop(Descriptor* slab) {
  return is_small(slab->size_class) ? small::pop(slab) : medium::pop(slab);
}

inline bool has_free(const Descriptor* slab) {
  return is_small(slab->size_class) ? !small::exhausted(slab) : slab->free_bits != 0;
}

inline bool has_block(const Descriptor* slab, SizeClass cls) {
  return is_small(cls) ? !small::list_empty(slab) : slab->free_bits != 0;
}

// No block is left in a slab of which pop() has failed, nor has one come back.
inline bool is_used_up(const Descriptor* slab, SizeClass cls) {
  // relaxed: what comes later is found at the next look.
  return slab->remote.load(std::memory_order_relaxed) == 0 &&
         (!is_small(cls) || small::exhausted(slab));
}

// Not for a slab that does not count: one that is Current or kept.
inline bool all_free(const Descriptor* slab) {
  if (!is_small(slab->size_class)) return slab->free_bits == medium::all_free(slab);
  const Mixed* map = mixed::map_of(slab);
  return small::used_of(slab->head) == 0 && !(map && map->others != 0);
}

// all_free() by what the slab's list says, too. False: it was damaged, and its blocks count as
// used. It takes a walk, so it is for processes that go on after damage, or look for it.
inline bool is_all_listed(Descriptor* slab) {
  if (!checks_all()) return true;
  return !is_small(slab->size_class) || small::is_all_listed(slab);
}

inline void check_top_block(Descriptor* slab) {
  if (is_small(slab->size_class) && !small::list_empty(slab))
    small::lose_list(slab, slab->start + small::offset_of(slab->head));
}

// The same for any slab, by a walk.
inline bool is_empty(const Descriptor* slab) {
  return is_small(slab->size_class) ? small::live_blocks(slab) == 0
                                    : slab->free_bits == medium::all_free(slab);
}

// From now on the slab tells when it becomes empty.
inline void start_counting(Descriptor* slab) {
  if (is_small(slab->size_class))
    small::start_counting(slab);
  else
    slab->all_free_bits = medium::all_free(slab);
}

// A kept slab has its bytes reserved with retention::may_keep(): it may become empty without
// telling, and be used again and become empty again, until it is Full or another slab needs the
// bytes.
inline void keep(Descriptor* slab) {
  retention::now_kept(slab->size());
  slab->kept = true;
  if (is_small(slab->size_class))
    small::stop_counting(slab);
  else
    slab->all_free_bits = medium::kNever;
}

inline void stop_keeping(Descriptor* slab) {
  if (!slab->kept) return;
  slab->kept = false;
  retention::no_longer_kept(slab->size());
  start_counting(slab);
}

}  // namespace ox::slab
