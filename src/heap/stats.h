// Figures about the heap, derived from the descriptors when asked: nothing is counted on the way.
// Other threads go on meanwhile, so a sum may be off by what they do.
#pragma once

#include <cstddef>

namespace ox::heap {

struct Figures {
  size_t committed_bytes = 0;  // accessible address space
  size_t free_dirty_bytes = 0; // in free spans that hold memory
  size_t span_bytes = 0;       // in spans in use
  size_t live_bytes = 0;       // in blocks in use
  size_t live_blocks = 0;
  size_t large_bytes = 0;      // of live_bytes, in large blocks
  size_t large_blocks = 0;
};

Figures figures();

}  // namespace ox::heap
