// Slabs in which few blocks are left serve other classes, where the process would have to grow: see
// heap/mixed.h. What a thread heap does with mixed slabs that it does not with plain ones stands
// here, too.
#include <new>

#include "heap/class_slices.h"
#include "heap/orphans.h"
#include "heap/slab.h"
#include "heap/storage.h"
#include "heap/thread_heap.h"
#include "os/report.h"

namespace ox {

using namespace slab;

namespace {

// So much in use, and the process looks for what may be used again before it takes more than ever.
constexpr size_t kLeastUsed = size_t{4} << 20;
// Slabs of a list that are looked at before it is taken to have no host; one that is none goes to
// its end.
constexpr unsigned kTries = 2;
// After calls that found nothing so many are not made for such a class or a larger one: the next
// power of two, at most this one.
constexpr uint8_t kMostMisses = 3;
// Of the blocks that a new slab would have, a host is to have this share.
constexpr size_t kLeastShare = 4;
// A class that has less gets plain slabs, whose blocks are freed by the shortest path: what is in
// it may be used most. In bytes, and as a share of what is in use.
constexpr size_t kLittle = size_t{256} << 10;
constexpr size_t kLittleShare = 256;

bool would_grow() {
  const size_t used = retention::used_bytes();
  return kEager || (used >= kLeastUsed && used + kSliceSize > retention::most_used_bytes());
}

bool has_little(SizeClass cls) {
  const size_t bytes = class_slices::bytes(index_of(cls));
  return !kEager && (bytes < kLittle || bytes < retention::used_bytes() / kLittleShare);
}

// Whether there is room for a block of the class between any two in use, on the average; and,
// for the slab's own class may want it again, nearly all of a plain one is free. Those that are
// mixed already are nobody's: they are looked at whether or not the process would grow. It is a
// guess: mixed::serve() may find less.
bool is_host(const Descriptor* slab, SizeClass cls) {
  if (slab->kept || slab->first_class > cls) return false;
  const Mixed* map = mixed::map_of(slab);
  if (!map && !would_grow()) return false;
  const size_t live = small::used_of(slab->head) + (map ? size_t{map->others} : 0);
  const size_t free = map ? mixed::free_bytes(slab) : kSliceSize - live * slab->block_bytes();
  if (kEager) return live + 1 < slab->capacity && free >= block_size(cls);
  return free >= kSliceSize / 8 * (map ? 3 : 7) && free / (live + 1) >= block_size(cls);
}

}  // namespace

void ThreadHeap::add_dormant(Descriptor* slab) {
  slab->place = SlabPlace::Dormant;
  slab->set_owner(0);
  dormant.push_back(slab);
}

void ThreadHeap::take_map(Descriptor* slab) {
  Mixed* map = mixed::map_of(slab);
  slab->mixed.store(nullptr, std::memory_order_relaxed);
  map->next = maps_;
  maps_ = map;
}

// False: no memory.
bool ThreadHeap::mix(Descriptor* slab) {
  Mixed* map = maps_;
  if (map) {
    maps_ = map->next;
  } else {
    void* place = storage::allocate(sizeof(Mixed));
    if (!place) return false;
    map = new (place) Mixed;
  }
  mixed::make(slab, map);
  return true;
}

Descriptor* ThreadHeap::take_host_of(DescriptorList& list, SizeClass cls) {
  for (unsigned tries = kTries; tries > 0; --tries) {
    Descriptor* slab = list.pop_front();
    if (!slab) return nullptr;
    if (is_host(slab, cls)) return slab;
    list.push_back(slab);
  }
  return nullptr;
}

// Of no thread.
Descriptor* ThreadHeap::take_orphaned_host(SizeClass cls) {
  for (size_t index = 0; index < kSmallClasses; ++index) {
    if (index == index_of(cls)) continue;
    Descriptor* slab = orphans::take(static_cast<SizeClass>(index), this);
    if (!slab) continue;
    take_over(slab);
    if (!slab->kept && is_host(slab, cls)) return slab;
    give_away(slab);
  }
  return nullptr;
}

// Of classes near the wanted one first: what has more room goes on to the larger ones.
Descriptor* ThreadHeap::take_host(SizeClass cls) {
  if (Descriptor* slab = take_host_of(dormant, cls)) return slab;
  const auto try_list = [&](size_t index) -> Descriptor* {
    Descriptor* slab = take_host_of(partial[index], cls);
    if (slab) not_woken(slab);
    return slab;
  };
  for (size_t index = index_of(cls); index-- > 0;)
    if (Descriptor* slab = try_list(index)) return slab;
  for (size_t index = index_of(cls) + 1; index < kSmallClasses; ++index)
    if (Descriptor* slab = try_list(index)) return slab;
  return take_orphaned_host(cls);
}

// In no list so far. nullptr: it serves its own class, or nobody for now.
Descriptor* ThreadHeap::settle(Descriptor* host, SizeClass cls) {
  const SizeClass before = host->size_class;
  take_remote(host);
  if (all_free(host)) {
    release(host);
    return nullptr;
  }
  if (is_mixed(host)) {
    mixed::make_dormant(host);
  } else if (host->carved == 0 || !mix(host)) {
    make_partial(host);
    return nullptr;
  }
  const size_t least = kEager ? 1 : kSliceSize / block_size(cls) / kLeastShare;
  if (!mixed::serve(host, cls, least)) {
    add_dormant(host);
    return nullptr;
  }
  class_slices::subtract(index_of(before), 1);
  class_slices::add(index_of(cls), 1);
  host->place = SlabPlace::Partial;
  return host;
}

Descriptor* ThreadHeap::reuse(SizeClass cls) {
  if (!mixed::kServes || !is_small(cls) || has_little(cls)) return nullptr;
  if (!mixed::are_any() && !would_grow()) return nullptr;
  if (to_skip_ > 0 && cls >= missed_) {
    --to_skip_;
    return nullptr;
  }
  if (Descriptor* host = take_host(cls))
    if (Descriptor* slab = settle(host, cls)) {
      misses_ = 0;
      return slab;
    }
  if (misses_ < kMostMisses && !kEager) ++misses_;
  missed_ = cls;
  to_skip_ = static_cast<uint8_t>((1u << misses_) - 1);
  return nullptr;
}

// ---- mixed slabs

void ThreadHeap::free_mixed(Descriptor* slab, char* block, const void* caller) {
  const bool was_block = small::is_block(slab, block);
  const size_t bytes = small::bytes_of(slab, block);
  // What was freed by others, or before, shows whether this block is among it.
  if (!was_block || small::has_mark(slab, block)) {
    if (stop_waiting(slab)) note_woken(slab);
    take_remote(slab);
    if (!small::is_block(slab, block)) return mixed::report_no_block(slab, block, caller);
    if (small::contains(slab, block)) return report::double_free(block, bytes, caller);
  }
  mixed::put_back(slab, block, bytes);
  on_mixed_free(slab);
}

void ThreadHeap::on_mixed_free(Descriptor* slab) {
  if (small::used_of(slab->head) != 0) return;
  switch (slab->place) {
    case SlabPlace::Partial:
      if (all_free(slab)) keep_or_release(slab);
      break;
    case SlabPlace::Full:
      // With mail under way it stays Full; read_mail() will see it.
      if (stop_mail(slab)) take_back(slab);
      break;
    case SlabPlace::Dormant:
      if (!all_free(slab)) break;
      dormant.remove(slab);
      release(slab);
      break;
    case SlabPlace::Current:
    case SlabPlace::Orphan:
      break;
  }
}

// Gives up its list, and the pages in which no block is in use.
void ThreadHeap::empty_mixed(Descriptor* slab) {
  mixed::make_dormant(slab);
  const uint64_t others = mixed::map_of(slab)->others;
  if (slab->looked_at == others) return;  // none was freed since
  mixed::give_back_pages(slab);
  slab->looked_at = others;
}

void ThreadHeap::give_back_pages_of_mixed(Pages which) {
  for (DescriptorList& list : partial)
    for (Descriptor* slab = list.first; slab;) {
      Descriptor* following = slab->next;
      if (is_mixed(slab) && (which == Pages::All || mixed::free_bytes(slab) >= kSliceSize / 2)) {
        list.remove(slab);
        not_woken(slab);
        add_dormant(slab);
      }
      slab = following;
    }
  for (Descriptor* slab = dormant.first; slab;) {
    Descriptor* following = slab->next;
    take_remote(slab);
    empty_mixed(slab);
    if (all_free(slab)) {
      dormant.remove(slab);
      release(slab);
    }
    slab = following;
  }
}

}  // namespace ox
