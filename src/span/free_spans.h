// The free spans of all regions: found by length, merged with free neighbours, split on demand.
// Under the span heap's lock.
//
// Of each the slices that may hold memory are known, a range: what is outside reads as zero and
// costs nothing. A span with such slices is dirty, one without is clean. Neighbours merge unless
// the range of both together would have to cover too much between them that is clean.
//
// A slice of which no more than the first kLight bytes may hold memory is light. Small slabs and
// nurseries leave such ones, and they go to slabs that will hardly need more
// (heap/class_slices.h): these do not take over memory of which they would use a tenth. Light
// slices wait one by one, and merge with free neighbours only where dirty spans do not suffice.
#pragma once

#include <cstddef>

#include "span/descriptor.h"

namespace ox::free_spans {

// Enters a span that is handed out or new, its `dirty` set, and merges it.
void insert(Descriptor* span);

// Enters a dirty slice as a light one.
void insert_light(Descriptor* slice);

// Takes a span out of the lists, whole.
void remove(Descriptor* span);

// Takes `slices` slices that start at a multiple of `alignment` bytes out of a free span, a dirty
// one if any fits, dirty slices first; else a light one, or several; else a clean one. nullptr if
// there is none.
Descriptor* take(size_t slices, size_t alignment);

// A light slice, or nullptr.
Descriptor* take_light();

// The free span behind another span, or nullptr.
Descriptor* behind(const Descriptor* span);

// A light slice there becomes such a span, merged with what is behind it.
void merge_light_behind(const Descriptor* span);

// Cuts `span`, which is in no list, behind `slices`; returns the rest, which is in no list.
Descriptor* split(Descriptor* span, size_t slices);

// A descriptor stops being a leader: forgets what it led.
void clear(Descriptor* descriptor);

// One of the longest dirty spans; where there are only light slices, of those, merged. Or nullptr.
Descriptor* longest_dirty();

// In dirty slices, kLight in a light one. Without the lock: about.
size_t dirty_bytes();

}  // namespace ox::free_spans
