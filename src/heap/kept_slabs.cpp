// Empty slabs of a thread heap, which it keeps or releases.
#include "heap/class_slices.h"
#include "heap/orphans.h"
#include "heap/slab.h"
#include "heap/thread_heap.h"

namespace ox {

using namespace slab;

// A medium slab that is shorter than the one that would be made in its place: its class has grown.
bool ThreadHeap::is_outgrown(const Descriptor* slab) const {
  if (is_small(slab->size_class)) return false;
  return slab->slices < wanted_slices(slab->size_class, slab->slices);
}

// Slices of the next medium slab of the class, as if it owned so many less.
size_t ThreadHeap::wanted_slices(SizeClass cls, size_t less) const {
  const uint16_t own = medium_slices[medium_index(cls)];
  const auto others = static_cast<uint16_t>(own - less);  // right modulo 4 GiB
  size_t all = others;
  for (const uint16_t slices : medium_slices) all += slices;
  return medium::slices_for(cls, others, all - own);
}

bool ThreadHeap::may_keep(const Descriptor* slab) const {
  if (is_mixed(slab)) return false;  // its blocks are slow to free
  if (is_small(slab->size_class)) return retention::may_keep(slab->size());
  return !is_outgrown(slab) && retention::may_keep_medium(slab->size());
}

void ThreadHeap::keep_partial(Descriptor* slab) {
  may_have_kept_ = true;
  keep(slab);
}

// A Partial slab became empty.
void ThreadHeap::keep_or_release(Descriptor* slab) {
  not_woken(slab);
  if (!is_small(slab->size_class)) note_in_vain(slab);
  if (may_keep(slab) || (release_empty_orphan() && may_keep(slab))) return keep_partial(slab);
  if (retention::keeps_too_much()) release_kept();
  if (++refused_ == refusals_until_look_) stop_keeping_used();
  partial[index_of(slab->size_class)].remove(slab);
  note_refused(slab);
  release(slab);
}

// The class may want a slab again soon.
void ThreadHeap::note_refused(const Descriptor* slab) {
  if (is_small(slab->size_class)) return;
  class_slices::add_refused(slab->size_class, slab->slices);
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
  Descriptor* slab = orphans::take_empty(this);
  if (!slab) return false;
  stop_keeping(slab);
  adopt(slab);
  return true;
}

bool ThreadHeap::release_kept(size_t wanted) {
  const auto is_enough = [wanted] { return wanted != 0 && retention::may_keep_medium(wanted); };
  bool any = false;
  while (!is_enough() && release_empty_orphan()) any = true;
  if (!may_have_kept_) return any;  // it may be another heap that keeps too much
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
  may_have_kept_ = false;
  return any;
}

bool ThreadHeap::release_free() {
  const bool any = nursery.trim();
  return release_kept() || any;
}

}  // namespace ox
