// The free spans of all regions: found by length, merged with free neighbours, split on demand.
// Under the span heap's lock.
//
// Of each the slices that may hold memory are known, a range: what is outside reads as zero and
// costs nothing. A span with such slices is dirty, one without is clean. Neighbours merge unless
// the range of both together would have to cover too much between them that is clean.
#pragma once

#include <cstddef>

#include "span/descriptor.h"

namespace ox::free_spans {

// Enters a span that is handed out or new, its `dirty` set, and merges it.
void insert(Descriptor* span);

// Takes a span out of the lists, whole.
void remove(Descriptor* span);

// Takes `slices` slices that start at a multiple of `alignment` bytes out of a free span, a dirty
// one if any fits, dirty slices first. nullptr if there is none.
Descriptor* take(size_t slices, size_t alignment);

// The free span behind another span, or nullptr.
Descriptor* behind(const Descriptor* span);

// Cuts `span`, which is in no list, behind `slices`; returns the rest, which is in no list.
Descriptor* split(Descriptor* span, size_t slices);

// A descriptor stops being a leader: forgets what it led.
void clear(Descriptor* descriptor);

// One of the longest dirty spans, or nullptr.
Descriptor* longest_dirty();

// In dirty slices. Without the lock: about.
size_t dirty_bytes();

}  // namespace ox::free_spans
