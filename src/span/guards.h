// The hardened build's spans: free memory is inaccessible, and so is the slice behind every span in
// use, its guard. So whoever runs over the end of a span faults, as does who uses one that was
// released.
//
//   | span A: accessible as far as asked | rest | guard | span B ....... | guard | free
//
// A guard is a span of one slice of kind Guard, split off when its span is handed out and joined to
// it again when that becomes free. Released spans rest for some time before their addresses are
// used again, in random order. Memory goes back to the system at once, and is zero when it comes
// back.
//
// Each span in use takes two of the 65,530 mappings a process may have (vm.max_map_count): beyond
// kMostGuards, spans have no guard and stay accessible, zeroed, when they are free; and so where
// address space is limited, of which guards would take half.
//
// The default build has no guards. Of its spans only two rest, closed, at a time: see
// span_heap::release_block().
#pragma once

#include <cstddef>

#include "span/descriptor.h"

namespace ox::guards {

// Whether there is address space for what is not used.
bool have_room();

// Under the span heap's lock. Slices to take beyond those of a span: 1, or 0: see above.
size_t wanted();
// Makes the last slice of a fresh span, taken with one more, its guard; joins it, if any, to the
// span again.
void split_off(Descriptor* span);
void join(Descriptor* span);

// Without the lock. Makes a span accessible and zero, of a guarded one the first `bytes`; false:
// refused. Gives its memory back; a guarded one becomes inaccessible.
bool open(Descriptor* span, size_t bytes);
void close(Descriptor* span);

// Changes how much of an open span is accessible.
bool reopen(Descriptor* span, size_t old_bytes, size_t bytes);

// Under the span heap's lock: a closed span rests; returns the one that has rested long enough, or
// nullptr.
Descriptor* rest(Descriptor* span);
// Any one that rests, or nullptr.
Descriptor* wake();

}  // namespace ox::guards
