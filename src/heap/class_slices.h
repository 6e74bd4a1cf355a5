// How many slices the slabs of each size class take, now and at most: counted where a slab is made
// or released, which is rare. Large blocks count as one class more.
#pragma once

#include <cstddef>

#include "base/size_class.h"

namespace ox::class_slices {

constexpr size_t kLarge = kClasses;

void add(size_t index, size_t slices);
void subtract(size_t index, size_t slices);

// Slabs of a medium class were released that might have been kept; and of slices that are made, how
// many that would have spared.
void add_refused(SizeClass cls, size_t slices);
size_t take_refused(SizeClass cls, size_t slices);

// A small slab of the class is made; it carves its way out of what a light slice holds
// (span/free_spans.h); and whether those that were made of late hardly ever did. False while there
// was one alone.
void note_made(SizeClass cls);
void note_outgrew_light(SizeClass cls);
// Whether so few were made ever that it is not known yet if the class is one of many blocks.
bool few_made(SizeClass cls);
bool stays_light(SizeClass cls);

// Whether there are any now.
bool any(size_t index);
// Bytes now; and the most at one time.
size_t bytes(size_t index);
size_t peak_bytes(size_t index);

}  // namespace ox::class_slices
