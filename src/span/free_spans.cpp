#include "span/free_spans.h"

#include "base/bits.h"
#include "base/relaxed.h"
#include "span/region.h"
#include "span/span_bins.h"

namespace ox::free_spans {
namespace {

SpanBins bins[2];  // clean, dirty; light ones apart
FrontList<Descriptor> light_slices;
bool light_may_merge = false;  // one of them has, or had, a free neighbour
Relaxed<size_t> all_dirty_bytes;

// Of the range of a merged span, one slice in so many may be clean.
constexpr size_t kCleanShare = 4;

bool is_dirty(const Descriptor* span) {
  return !span->dirty.empty();
}
size_t dirty_bytes_of(const Descriptor* span) {
  return span->light ? kLight : size_t{span->dirty.size()} << kSliceShift;
}

Descriptor* last_of(Descriptor* span) {
  return span + span->slices - 1;
}

Descriptor* before(Descriptor* span) {
  const Descriptor* last = span - 1;  // at the lowest, descriptor 0, which is never free
  return last->kind == SpanKind::Free ? span->region->leader_of(last) : nullptr;
}

// The descriptor behind those of a span; nullptr: nothing was handed out there yet.
Descriptor* next_to(const Descriptor* span) {
  const Region& region = *span->region;
  const size_t slice = region.slice_of(span) + span->slices;
  // relaxed: the limit changes under our lock only
  if (slice << kSliceShift >= region.limit.load(std::memory_order_relaxed)) return nullptr;
  return region.descriptor(slice);
}

bool has_neighbour(const Descriptor* span, SpanKind kind) {
  const Descriptor* next = next_to(span);
  return (span - 1)->kind == kind || (next && next->kind == kind);
}

void remove_light(Descriptor* slice) {
  light_slices.remove(slice);
  all_dirty_bytes = all_dirty_bytes - kLight;
  slice->kind = SpanKind::None;
}

void enter(Descriptor* span) {
  span->kind = SpanKind::Free;
  last_of(span)->kind = SpanKind::Free;
  last_of(span)->leader_offset = span->region->offset_of(span);
  bins[is_dirty(span)].insert(span);
  all_dirty_bytes = all_dirty_bytes + dirty_bytes_of(span);
}

// The range that covers those of both spans; false if too much of it would be clean.
bool merged_range(const Descriptor* first, const Descriptor* second, SliceRange& range) {
  const SliceRange a = first->dirty, b = second->dirty.moved_up(first->slices);
  range = a.empty() ? b : b.empty() ? a : SliceRange{a.from, b.to};
  return (range.size() - a.size() - b.size()) * kCleanShare <= range.size();
}

// Both in no list. False, and nothing done, if they stay apart.
bool merge(Descriptor* first, Descriptor* second) {
  SliceRange range;
  if (!merged_range(first, second, range)) return false;
  first->dirty = range;
  first->slices += second->slices;
  first->moved |= second->moved;
  clear(second);
  return true;
}

// How many slices to leave before the ones that are taken, so that as many dirty ones as possible
// are among these.
size_t best_skip(const Descriptor* span, size_t slices, size_t alignment) {
  const auto start = reinterpret_cast<uintptr_t>(span->start);
  if (alignment > kSliceSize) return (align_up(start, alignment) - start) >> kSliceShift;
  const size_t most = span->slices - slices;
  return span->dirty.from < most ? span->dirty.from : most;
}

// Those with a free neighbour become spans as others are. False: there was none.
bool merge_light() {
  if (!light_may_merge) return false;
  light_may_merge = false;
  bool any = false;
  for (Descriptor *slice = light_slices.first, *next; slice; slice = next) {
    next = slice->next;
    if (!has_neighbour(slice, SpanKind::Free) && !has_neighbour(slice, SpanKind::Light)) continue;
    remove_light(slice);
    insert(slice);
    any = true;
  }
  return any;
}

}  // namespace

void insert(Descriptor* span) {
  span->light = false;
  if (Descriptor* other = before(span)) {
    remove(other);
    if (merge(other, span))
      span = other;
    else
      enter(other);
  }
  if (Descriptor* other = behind(span)) {
    remove(other);
    if (!merge(span, other)) enter(other);
  }
  enter(span);
  light_may_merge |= has_neighbour(span, SpanKind::Light);
}

void insert_light(Descriptor* slice) {
  light_may_merge |= has_neighbour(slice, SpanKind::Free) || has_neighbour(slice, SpanKind::Light);
  slice->light = true;
  slice->kind = SpanKind::Light;
  light_slices.push_front(slice);
  all_dirty_bytes = all_dirty_bytes + kLight;
}

void remove(Descriptor* span) {
  if (span->light) return remove_light(span);
  bins[is_dirty(span)].remove(span);
  all_dirty_bytes = all_dirty_bytes - dirty_bytes_of(span);
  last_of(span)->leader_offset = 0;
  last_of(span)->kind = SpanKind::None;
  span->kind = SpanKind::None;
}

Descriptor* take_light() {
  Descriptor* slice = light_slices.first;
  if (slice) remove_light(slice);
  return slice;
}

Descriptor* take(size_t slices, size_t alignment) {
  Descriptor* span = bins[true].find(slices, alignment);
  if (!span && slices == 1 && alignment == kSliceSize)
    if (Descriptor* slice = take_light()) return slice;
  if (!span && merge_light()) span = bins[true].find(slices, alignment);
  if (!span) span = bins[false].find(slices, alignment);
  if (!span) return nullptr;
  remove(span);
  if (const size_t skip = best_skip(span, slices, alignment)) {
    Descriptor* fitting = split(span, skip);
    enter(span);
    span = fitting;
  }
  if (span->slices > slices) enter(split(span, slices));
  return span;
}

Descriptor* behind(const Descriptor* span) {
  Descriptor* next = next_to(span);
  return next && next->kind == SpanKind::Free ? next : nullptr;
}

void merge_light_behind(const Descriptor* span) {
  Descriptor* next = next_to(span);
  if (!next || next->kind != SpanKind::Light) return;
  remove_light(next);
  insert(next);
}

Descriptor* split(Descriptor* span, size_t slices) {
  const auto at = static_cast<uint32_t>(slices);
  Descriptor* rest = span + slices;
  rest->start = span->start + (slices << kSliceShift);
  rest->slices = span->slices - at;
  rest->region = span->region;
  rest->dirty = span->dirty.behind(at);
  rest->moved = span->moved;
  rest->light = false;
  span->slices = at;
  span->dirty = span->dirty.before(at);
  return rest;
}

void clear(Descriptor* descriptor) {
  descriptor->slices = 0;
  descriptor->dirty = {};
  descriptor->moved = false;
}

Descriptor* longest_dirty() {
  Descriptor* span = bins[true].longest();
  if (!span && merge_light()) span = bins[true].longest();
  return span ? span : light_slices.first;
}

size_t dirty_bytes() {
  return all_dirty_bytes;
}

}  // namespace ox::free_spans
