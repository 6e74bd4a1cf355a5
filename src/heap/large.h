// Large blocks: more than 32 KiB, each in a span of its own, at the span's start. The usable size
// is what was asked for, rounded up to whole OS pages.
#pragma once

#include <cstddef>

#include "span/descriptor.h"

namespace ox::large {

// `alignment` is a power of two. `zeroed` tells whether the block reads as zero. nullptr: no
// memory.
void* allocate(size_t size, size_t alignment, bool& zeroed);

// Frees the block of this span.
void release(Descriptor* span);

// Changes the size where the block is. False: it has to move.
bool resize_in_place(Descriptor* span, size_t size);

// Moves the content of a large block to a longer one, which reads as zero if `zeroed`, without
// touching it where the kernel can move pages; and frees the former. False: memory is short, and
// only the former is left; the longer one's place is given up for good.
bool move(Descriptor* from, Descriptor* to, bool zeroed);

}  // namespace ox::large
