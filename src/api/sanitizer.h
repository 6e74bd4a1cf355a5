// A process with a sanitizer's runtime (ASan, TSan, LSan, MSan): its allocator must serve, or it
// finds nothing. This library stands before it in the look-up order and hands every request on.
#pragma once

#include <cstddef>

namespace ox::sanitizer {

struct Family {
  void* (*allocate)(size_t);
  void* (*allocate_zeroed)(size_t, size_t);
  void* (*allocate_aligned)(size_t, size_t);
  void* (*reallocate)(void*, size_t);
  void (*release)(void*);
};

// Null pointers where there is no sanitizer. Written before the process's mode is known to any
// thread.
extern Family family;

// Fills `family` from what comes after this library.
void find_family();

}  // namespace ox::sanitizer
