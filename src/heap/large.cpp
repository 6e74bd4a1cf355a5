#include "heap/large.h"

#include <cstring>

#include "base/policy.h"
#include "heap/class_slices.h"
#include "heap/profile.h"
#include "os/memory.h"
#include "span/guards.h"
#include "span/span_heap.h"

namespace ox::large {
namespace {

// From here on moving pages costs less than copying them: to a place whose pages are not there,
// which the copy would have to fetch; and to one whose pages are.
constexpr size_t kMoveToFresh = size_t{256} << 10;
constexpr size_t kMoveToUsed = size_t{4} << 20;
// Pages that were moved stand apart in the kernel's list of mappings until their span goes back
// whole, and the list has 65,530 entries for the whole program (vm.max_map_count): no more spans
// than this at a time.
constexpr size_t kMostMoved = 256;
// More cannot be had, and its count of slices would not fit.
constexpr size_t kMaxBytes = size_t{1} << 46;

// Hardened: to the byte, see heap/hardened.h.
size_t usable_bytes(size_t size) {
  return kHardened ? size : align_up(size, os::page_size());
}

size_t slices_for(size_t size) {
  return align_up(size, kSliceSize) >> kSliceShift;
}

// The block is in use no more.
void retire(Descriptor* span) {
  if (span->site) profile::forget(span);
  class_slices::subtract(class_slices::kLarge, span->slices);
  span->kind = SpanKind::None;
}

}  // namespace

void* allocate(size_t size, size_t alignment, bool& zeroed) {
  if (size > kMaxBytes || alignment > kMaxBytes) return nullptr;
  if (size == 0) size = 1;
  const size_t slices = slices_for(size);
  Descriptor* span =
      span_heap::allocate(slices, alignment < kSliceSize ? kSliceSize : alignment, zeroed, size);
  if (!span) return nullptr;
  span->bytes = usable_bytes(size);
  span->was_slab = false;
  span->site = nullptr;
  span->kind = SpanKind::Large;
  class_slices::add(class_slices::kLarge, slices);
  return span->start;
}

void release(Descriptor* span) {
  retire(span);
  // All of it: with an alignment the span may hold more than the block.
  span_heap::release_block(span, span->size());
}

bool move(Descriptor* from, Descriptor* to, bool zeroed) {
  const size_t pages = align_up(from->bytes, os::page_size());
  auto moved = os::Move::Refused;
  if (from->bytes >= (zeroed ? kMoveToFresh : kMoveToUsed) && CountedFlag::count() < kMostMoved)
    moved = os::move_pages(from->start, to->start, pages);
  if (moved == os::Move::Lost) return false;
  if (moved == os::Move::Refused) {
    std::memmove(to->start, from->start, from->bytes);
    release(from);
    return true;
  }
  to->moved = true;
  // What was behind the block's bytes, and perhaps some of them, is still there.
  const bool renewed = os::renew(from->start, from->size());
  from->moved = !renewed;
  retire(from);
  span_heap::release(from, renewed ? 0 : from->size());
  return true;
}

bool resize_in_place(Descriptor* span, size_t size) {
  if (size > kMaxBytes) return false;
  const size_t slices = slices_for(size);
  if constexpr (kHardened) {
    if (slices > span->slices || !guards::reopen(span, span->bytes, size)) return false;
    span->bytes = size;
    return true;
  }
  const size_t before = span->slices;
  bool zeroed;
  if (slices < before)
    span_heap::shrink(span, slices);
  else if (slices > before && !span_heap::extend(span, slices, zeroed))
    return false;
  class_slices::subtract(class_slices::kLarge, before);
  class_slices::add(class_slices::kLarge, slices);
  span->bytes = usable_bytes(size);
  return true;
}

}  // namespace ox::large
