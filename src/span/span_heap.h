// The span heap: hands out spans and takes them back, for all threads, under one lock.
//
// Free spans (span/free_spans.h) are dirty, light or clean, and are reused in this order. What is
// dirty beyond a bound (span/retention.h) is purged at once, from the ends of the largest spans:
// memory goes back without a timer or thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/lock.h"
#include "span/descriptor.h"

namespace ox::span_heap {

struct Figures {
  size_t used_bytes = 0;       // in spans handed out
  size_t peak_used_bytes = 0;  // the most at one time
  size_t dirty_bytes = 0;      // free and not yet given back
  size_t committed_bytes = 0;  // accessible address space
  size_t purges = 0;           // calls to the kernel that gave memory back
  size_t purged_bytes = 0;     // of addresses; pages that were never touched count
};

// A span of `slices` slices whose start is a multiple of `alignment` bytes (a power of two, at
// least kSliceSize). `zeroed` tells whether all of it reads as zero. The caller sets its kind.
// nullptr: no memory or no address space.
Descriptor* allocate(size_t slices, size_t alignment, bool& zeroed);
// The same, for one of whose slices only the first `bytes` are used: the hardened build leaves the
// others inaccessible.
Descriptor* allocate(size_t slices, size_t alignment, bool& zeroed, size_t bytes);

// What may hold memory of a span that is handed out: nothing, the first kLight bytes, or anything.
enum class Holds : uint8_t { Nothing, Little, Much };
// A slice for a small slab: a light one first if `light`.
Descriptor* allocate_slice(bool light, Holds& holds);

// What a span that is handed out may hold behind its first `kept` bytes goes back to the system.
// False: it stays.
bool give_back(Descriptor* span, size_t kept);

// Returns a span. `touched` is the number of bytes at its start that may hold memory.
void release(Descriptor* span, size_t touched);
// The same, for that of a large block: it may become inaccessible for a while.
void release_block(Descriptor* span, size_t touched);

// Grows a span in place to `slices`, into free spans or past the frontier. The added part reads as
// zero if `zeroed`.
bool extend(Descriptor* span, size_t slices, bool& zeroed);

// Cuts a span to its first `slices` slices; the rest, all of it touched, becomes free.
void shrink(Descriptor* span, size_t slices);

// Gives all dirty memory back to the system. True if there was any.
bool purge_all();

Figures figures();

// Gives up reserved address space if the process has more than `most` bytes mapped (`mapped`; 0:
// not known) and it helps: what is reserved then leaves others half of what is not in use. False if
// it gave up nothing.
bool make_room(size_t mapped, size_t most);

// Fork: held across it, so that the child finds the structures whole.
os::Lock& lock();

}  // namespace ox::span_heap
