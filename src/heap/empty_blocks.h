// Blocks of no bytes, in the hardened build and with OX_CHECK=1: addresses 16 bytes apart in an
// inaccessible slice, with a bit each in the library's own data. To read or write one faults. Where
// all are in use, or no slice can be had, an ordinary block serves.
#pragma once

#include "base/options.h"
#include "base/policy.h"

namespace ox::empty_blocks {

inline bool wanted() {
  return kHardened || options[Option::Check];
}

// nullptr: see above.
void* allocate();
// False, and nothing done: no block in use starts there. For a pointer into a slice of kind Empty.
bool release(const void* block);
bool is_in_use(const void* block);

}  // namespace ox::empty_blocks
