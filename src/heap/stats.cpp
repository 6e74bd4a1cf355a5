#include "heap/stats.h"

#include "heap/medium.h"
#include "heap/small.h"
#include "heap/thread_heap.h"
#include "span/region.h"
#include "span/span_heap.h"

namespace ox::heap {
namespace {

size_t live_blocks_in(const Descriptor* slab) {
  if (slab->kind == SpanKind::Small) return small::live_blocks(slab);
  return size_t{slab->capacity} - count_bits(slab->free_bits);
}

void add_span(Figures& sum, const Descriptor* span) {
  if (span->kind == SpanKind::Large) {
    sum.large_bytes += span->bytes;
    ++sum.large_blocks;
  } else if (span->kind == SpanKind::Nursery) {
    const Nursery& nursery = span->home.load(std::memory_order_acquire)->nursery;
    sum.live_blocks += nursery.live_blocks();
    sum.live_bytes += nursery.live_bytes();
  } else if (span->kind == SpanKind::Small || span->kind == SpanKind::Medium) {
    const size_t blocks = live_blocks_in(span);
    sum.live_blocks += blocks;
    sum.live_bytes += blocks * span->block_bytes();
  }
}

void add_region(Figures& sum, const Region& region) {
  const size_t slices = region.limit.load(std::memory_order_acquire) >> kSliceShift;
  for (size_t slice = 1; slice < slices;) {
    const Descriptor* span = region.descriptor(slice);
    add_span(sum, span);
    slice += span->slices ? span->slices : 1;
  }
}

}  // namespace

Figures figures() {
  Figures sum;
  if (os::interrupted()) return sum;
  {
    // Spans are not split or merged meanwhile.
    os::Guard guard(span_heap::lock());
    for (size_t i = 0; i < region::count(); ++i) add_region(sum, region::at(i));
  }
  const span_heap::Figures spans = span_heap::figures();
  sum.committed_bytes = spans.committed_bytes;
  sum.free_dirty_bytes = spans.dirty_bytes;
  sum.span_bytes = spans.used_bytes;
  sum.live_bytes += sum.large_bytes;
  sum.live_blocks += sum.large_blocks;
  return sum;
}

}  // namespace ox::heap
