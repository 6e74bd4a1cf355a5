// Blocks of no bytes: addresses 16 bytes apart in an inaccessible slice, with a bit each in the
// library's own data. To read or write one faults. Where all are in use, or no slice can be had, an
// ordinary block serves.
//
// The way there costs other requests nothing: of the slots that small requests look in, the first
// is that of no bytes, and never has a slab (ThreadHeap::set_current).
#pragma once

#include <cstddef>

namespace ox::empty_blocks {

// nullptr: see above.
void* allocate();
// False, and nothing done: no block in use starts there. For a pointer into a slice of kind Empty.
bool release(const void* block);
bool is_in_use(const void* block);
// How many there are.
size_t count();

}  // namespace ox::empty_blocks
