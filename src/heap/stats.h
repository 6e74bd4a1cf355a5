// Figures about the heap, derived from the descriptors when asked: malloc and free count nothing.
// What is counted, on slow paths, is what cannot be derived: peaks, purges, frees by other threads.
// Other threads go on meanwhile, so a sum may be off by what they do.
#pragma once

#include <array>
#include <cstddef>

#include "base/size_class.h"

namespace ox::os {
class TextWriter;
}

namespace ox::heap {

struct Figures {
  size_t regions = 0;
  size_t reserved_bytes = 0;    // address space for blocks
  size_t committed_bytes = 0;   // accessible address space
  size_t free_dirty_bytes = 0;  // in free spans that hold memory
  size_t span_bytes = 0;        // in spans in use
  size_t peak_span_bytes = 0;   // the most at one time
  size_t live_bytes = 0;        // in blocks in use
  size_t live_blocks = 0;
  size_t free_blocks = 0;  // small and medium ones, that fit into what is held
  size_t large_bytes = 0;  // of live_bytes, in large blocks
  size_t large_blocks = 0;
  size_t peak_large_bytes = 0;  // in their spans, the most at one time
  size_t purges = 0;            // calls to the kernel that gave memory back
  size_t purged_bytes = 0;      // of addresses; pages that were never touched count
  size_t heaps = 0;             // of threads
  size_t remote_frees = 0;  // frees by other threads than the block's, as far as they were noticed
};

// Of a size class.
struct ClassFigures {
  size_t live_blocks = 0;
  size_t free_blocks = 0;  // that fit into what is held
  size_t held_bytes = 0;   // of slabs and nurseries, touched at some time and not given back
  size_t slabs = 0;
  size_t peak_bytes = 0;  // of its slabs' spans, the most at one time; or what is held now

  size_t live_bytes(SizeClass cls) const { return live_blocks * block_size(cls); }
  // Held, and in no block in use.
  size_t waste_bytes(SizeClass cls) const {
    return held_bytes > live_bytes(cls) ? held_bytes - live_bytes(cls) : 0;
  }
};
using ClassTable = std::array<ClassFigures, kClasses>;

// `classes`, if given, holds zeros.
Figures figures(ClassTable* classes = nullptr);

// A table of it all, as text.
void print(const Figures& figures, const ClassTable& classes, os::TextWriter& out);

}  // namespace ox::heap
