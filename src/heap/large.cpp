#include "heap/large.h"

#include <cstring>

#include "os/memory.h"
#include "span/region.h"
#include "span/span_heap.h"

namespace ox::large {
namespace {

// From here on moving pages costs less than copying them.
constexpr size_t kMoveBytes = size_t{256} << 10;
// More cannot be had, and its count of slices would not fit.
constexpr size_t kMaxBytes = size_t{1} << 46;

size_t slices_for(size_t size) { return align_up(size, kSliceSize) >> kSliceShift; }

}  // namespace

void* allocate(size_t size, size_t alignment, bool& zeroed) {
  if (size > kMaxBytes || alignment > kMaxBytes) return nullptr;
  if (size == 0) size = 1;
  const size_t slices = slices_for(size);
  Descriptor* span =
      span_heap::allocate(slices, alignment < kSliceSize ? kSliceSize : alignment, zeroed);
  if (!span) return nullptr;
  span->bytes = align_up(size, os::page_size());
  span->was_slab = false;
  span->kind = SpanKind::Large;
  return span->start;
}

void release(Descriptor* span) {
  span->kind = SpanKind::None;
  span_heap::release(span, span->bytes);
}

bool resize_in_place(Descriptor* span, size_t size) {
  if (size > kMaxBytes) return false;
  const size_t slices = slices_for(size);
  bool zeroed;
  if (slices < span->slices)
    span_heap::shrink(span, slices);
  else if (slices > span->slices && !span_heap::extend(span, slices, zeroed))
    return false;
  span->bytes = align_up(size, os::page_size());
  return true;
}

void move_content(Descriptor* from, Descriptor* to, size_t bytes) {
  const size_t pages = align_up(bytes, os::page_size());
  if (bytes >= kMoveBytes && os::move_pages(from->start, to->start, pages)) {
    from->moved = to->moved = true;
    return;
  }
  std::memcpy(to->start, from->start, bytes);
}

}  // namespace ox::large
