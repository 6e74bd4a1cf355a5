// What the files of the heap's slow paths share: slow.cpp and reallocate.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "span/descriptor.h"
#include "span/region.h"

namespace ox::heap {

inline bool too_large(size_t size) {
  return size > PTRDIFF_MAX;
}

// The span to which a slice in use belongs.
inline Descriptor* span_of(Descriptor* slice) {
  return slice->kind == SpanKind::Medium ? slice->region->leader_of(slice) : slice;
}

// A block of its own span, noted in the profile. The kept slabs go if there is no memory else.
void* allocate_large(size_t size, size_t alignment, bool& zeroed);

}  // namespace ox::heap
