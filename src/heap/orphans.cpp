#include "heap/orphans.h"

#include "base/rare.h"

namespace ox::orphans {
namespace {

os::Lock orphan_lock;
OX_RARE DescriptorList lists[kClasses];        // under orphan_lock
OX_RARE std::atomic<size_t> counts[kClasses];  // written under it, read without
std::atomic<size_t> empty_ones{0};             // the same

DescriptorList& list_of(const Descriptor* slab) {
  return lists[index_of(slab->size_class)];
}

// relaxed: a reader without the lock only decides whether to take it.
void add_to_count(const Descriptor* slab, size_t change) {
  counts[index_of(slab->size_class)].fetch_add(change, std::memory_order_relaxed);
  if (slab->kept) empty_ones.fetch_add(change, std::memory_order_relaxed);
}

void remove(Descriptor* slab) {
  list_of(slab).remove(slab);
  add_to_count(slab, ~size_t{0});
  slab->place = SlabPlace::Partial;
}

}  // namespace

void add_locked(Descriptor* slab) {
  slab->place = SlabPlace::Orphan;
  slab->set_owner(0);
  // release: the slab is in order for whoever finds it without a home.
  slab->home.store(nullptr, std::memory_order_release);
  list_of(slab).push_back(slab);
  add_to_count(slab, 1);
}

void add(Descriptor* slab) {
  os::Guard guard(orphan_lock);
  add_locked(slab);
}

size_t count(SizeClass cls) {
  return counts[index_of(cls)].load(std::memory_order_relaxed);
}

Descriptor* take(SizeClass cls) {
  if (count(cls) == 0) return nullptr;
  os::Guard guard(orphan_lock);
  Descriptor* slab = lists[index_of(cls)].first;
  if (slab) remove(slab);
  return slab;
}

Descriptor* take_empty() {
  if (empty_ones.load(std::memory_order_relaxed) == 0) return nullptr;
  os::Guard guard(orphan_lock);
  for (const DescriptorList& list : lists)
    for (Descriptor* slab = list.first; slab; slab = slab->next)
      if (slab->kept) {
        remove(slab);
        return slab;
      }
  return nullptr;
}

bool claim(Descriptor* slab) {
  if (!orphan_lock.try_lock()) return false;
  const bool is_orphan = slab->place == SlabPlace::Orphan;
  if (is_orphan) remove(slab);
  orphan_lock.unlock();
  return is_orphan;
}

os::Lock& lock() {
  return orphan_lock;
}

}  // namespace ox::orphans
