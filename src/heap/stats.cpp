#include "heap/stats.h"

#include "heap/class_slices.h"
#include "heap/empty_blocks.h"
#include "heap/idle.h"
#include "heap/remote.h"
#include "heap/small.h"
#include "heap/thread_heap.h"
#include "os/memory.h"
#include "span/region.h"
#include "span/span_heap.h"

namespace ox::heap {
namespace {

// Blocks that are not in use, though their owner has not noticed yet.
size_t freed_by_others(const Descriptor* slab) {
  const uint64_t word = slab->remote.load(std::memory_order_relaxed);
  if (slab->kind != SpanKind::Small) return count_bits(word & ~idle::kBusy);
  return word & idle::kBusy ? slab->capacity : remote::listed(slab, word);
}

void add_class(ClassFigures& sum, const Descriptor* slab, size_t held_bytes) {
  const size_t owned = slab->kind == SpanKind::Small ? small::live_blocks(slab)
                                                     : slab->capacity - count_bits(slab->free_bits);
  const size_t freed = freed_by_others(slab);
  const size_t live = owned > freed ? owned - freed : 0;
  ++sum.slabs;
  sum.live_blocks += live;
  sum.free_blocks += slab->capacity - live;
  sum.held_bytes += held_bytes;
}

// The pages that hold what was carved, or all that the slab came with, without those given back.
size_t held_by_small(const Descriptor* slab) {
  const size_t touched = align_up(small::touched_bytes(slab), os::page_size());
  return touched - count_bits(slab->holes) * os::page_size();
}

// A block of a mixed slab is free; not one that its owner is changing meanwhile.
void move_to_free(ClassTable& classes, size_t bytes) {
  if (bytes > kMaxSmall) return;
  ClassFigures& of_class = classes[index_of(size_class_of(bytes))];
  if (of_class.live_blocks == 0) return;
  --of_class.live_blocks;
  ++of_class.free_blocks;
}

// Those in its list, or in its `remote`, from the one that `word` tells on.
void move_to_free(ClassTable& classes, const Descriptor* slab, uint64_t word) {
  for (size_t left = slab->capacity; left > 0 && small::offset_of(word) != small::kNoBlock;
       --left) {
    char* const block = slab->start + small::offset_of(word);
    if (!small::has_mark(slab, block) || !small::is_block(slab, block)) return;
    move_to_free(classes, small::bytes_of(slab, block));
    word = small::word_in(block);
  }
}

// The map of a mixed slab. Its owner may release it meanwhile, and what stands there for other
// kinds of spans is not to be followed: for medium ones it is odd.
const Mixed* map_of(const Descriptor* span) {
  const Mixed* map = mixed::map_of(span);
  const bool is_one = reinterpret_cast<uintptr_t>(map) % alignof(Mixed) == 0;
  return is_one && span->kind == SpanKind::Small ? map : nullptr;
}

void add_mixed(ClassTable& classes, const Descriptor* slab, const Mixed& map) {
  map.blocks.for_each([&](size_t, size_t bytes) {
    if (bytes <= kMaxSmall) ++classes[index_of(size_class_of(bytes))].live_blocks;
  });
  move_to_free(classes, slab, slab->head);
  if (const uint64_t word = slab->remote.load(std::memory_order_acquire))
    move_to_free(classes, slab, word);
  ClassFigures& of_class = classes[index_of(slab->size_class)];
  ++of_class.slabs;
  of_class.held_bytes += kSliceSize - count_bits(map.gone_pages) * os::page_size();
}

void add_span(Figures& sum, ClassTable& classes, const Descriptor* span) {
  const SpanKind kind = span->kind;
  if (kind == SpanKind::Large) {
    sum.large_bytes += span->bytes;
    ++sum.large_blocks;
  } else if (kind == SpanKind::Nursery) {
    // acquire: pairs with the release in Nursery::open().
    const Nursery& nursery = span->home.load(std::memory_order_acquire)->nursery;
    if (nursery.is_first(span)) nursery.add_figures(classes);
  } else if (const Mixed* map = kind == SpanKind::Small ? map_of(span) : nullptr) {
    add_mixed(classes, span, *map);
  } else if (kind == SpanKind::Small) {
    add_class(classes[index_of(span->size_class)], span, held_by_small(span));
  } else if (kind == SpanKind::Medium) {
    add_class(classes[index_of(span->size_class)], span, span->size());
  }
}

void add_region(Figures& sum, ClassTable& classes, const Region& region) {
  ++sum.regions;
  sum.reserved_bytes += region.size;
  const size_t slices = region.limit.load(std::memory_order_acquire) >> kSliceShift;
  for (size_t slice = 1; slice < slices;) {
    const Descriptor* span = region.descriptor(slice);
    add_span(sum, classes, span);
    slice += span->slices ? span->slices : 1;
  }
}

void add_spans(Figures& sum, ClassTable& classes) {
  // Spans are not split or merged meanwhile.
  os::Guard guard(span_heap::lock());
  if (region::primary.size == 0) return;
  for (size_t i = 0; i < region::count(); ++i) add_region(sum, classes, region::at(i));
}

void add_counted(Figures& sum) {
  const span_heap::Figures spans = span_heap::figures();
  sum.committed_bytes = spans.committed_bytes;
  sum.free_dirty_bytes = spans.dirty_bytes;
  sum.span_bytes = spans.used_bytes;
  sum.peak_span_bytes = spans.peak_used_bytes;
  sum.purges = spans.purges;
  sum.purged_bytes = spans.purged_bytes;
  const thread_heaps::Figures heaps = thread_heaps::figures();
  sum.heaps = heaps.heaps;
  sum.remote_frees = heaps.remote_frees;
  sum.peak_large_bytes = class_slices::peak_bytes(class_slices::kLarge);
}

}  // namespace

Figures figures(ClassTable* classes) {
  Figures sum;
  if (os::interrupted()) return sum;
  ClassTable unwanted;
  if (!classes) classes = &unwanted;
  add_spans(sum, *classes);
  add_counted(sum);
  sum.live_bytes = sum.large_bytes;
  sum.live_blocks = sum.large_blocks + empty_blocks::count();
  for (size_t index = 0; index < kClasses; ++index) {
    ClassFigures& of_class = (*classes)[index];
    const size_t peak = class_slices::peak_bytes(index);
    of_class.peak_bytes = peak > of_class.held_bytes ? peak : of_class.held_bytes;
    sum.live_blocks += of_class.live_blocks;
    sum.free_blocks += of_class.free_blocks;
    sum.live_bytes += of_class.live_bytes(static_cast<SizeClass>(index));
  }
  return sum;
}

}  // namespace ox::heap
