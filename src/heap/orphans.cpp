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

// Under the lock to the end: a fork meanwhile finds it in the list, or with a home.
void hand_over(Descriptor* slab, ThreadHeap* heap) {
  list_of(slab).remove(slab);
  add_to_count(slab, ~size_t{0});
  slab->place = SlabPlace::Partial;
  // release: see remote.cpp, post().
  slab->home.store(heap, std::memory_order_release);
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

bool any() {
  for (size_t index = 0; index < kClasses; ++index)
    if (count(static_cast<SizeClass>(index)) != 0) return true;
  return false;
}

Descriptor* take(SizeClass cls, ThreadHeap* heap) {
  if (count(cls) == 0) return nullptr;
  os::Guard guard(orphan_lock);
  Descriptor* slab = lists[index_of(cls)].first;
  if (slab) hand_over(slab, heap);
  return slab;
}

Descriptor* take_empty(ThreadHeap* heap) {
  if (empty_ones.load(std::memory_order_relaxed) == 0) return nullptr;
  os::Guard guard(orphan_lock);
  for (const DescriptorList& list : lists)
    for (Descriptor* slab = list.first; slab; slab = slab->next)
      if (slab->kept) {
        hand_over(slab, heap);
        return slab;
      }
  return nullptr;
}

bool claim(Descriptor* slab, ThreadHeap* heap) {
  if (!orphan_lock.try_lock()) return false;
  const bool is_orphan = slab->place == SlabPlace::Orphan;
  if (is_orphan) hand_over(slab, heap);
  orphan_lock.unlock();
  return is_orphan;
}

os::Lock& lock() {
  return orphan_lock;
}

}  // namespace ox::orphans
