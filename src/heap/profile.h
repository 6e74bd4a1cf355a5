// The sampled heap profile: which calls the memory in use comes from.
//
// Of all bytes that are allocated, one in `rate` is picked at random on average, and the block that
// it falls into is sampled: the stack of its allocation is kept until the block is freed. So a
// block of n bytes is sampled with probability 1 - exp(-n / rate), from which readers of the
// profile estimate the whole.
//
// Off, it costs nothing: with the profile on, a thread heap's current slabs stand in its Profiled
// instead of in the slots that malloc's fast path reads, so that each request takes the slow path,
// and there allocate() below. A sampled block, however small, is a large one with a span of its
// own, which knows its Site: so free's fast path does not serve it, and needs no test either.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/size_class.h"
#include "os/lock.h"
#include "span/descriptor.h"

namespace ox::os {
class TextWriter;
}

namespace ox::profile {

// A thread heap's part.
struct Profiled {
  std::array<Descriptor*, kClasses> current;
  int64_t bytes_left;  // to be allocated until a block is sampled
  uint64_t random;
  bool busy;  // at work on a sample: what that allocates is none
};

// From now on heaps are given a Profiled. One byte in `rate` is picked, rate > 0. Before the first
// heap; false: no memory, or the hardened library; then the profile is off.
bool start(uint64_t rate);
bool is_on();

// For a new heap. nullptr: no memory.
Profiled* make_profiled();
// In a fork's child, for a heap whose thread is gone.
void reset(Profiled& profiled);

// A block of at most kMaxMedium bytes for the calling thread, whose heap has a Profiled. nullptr:
// no memory.
void* allocate(size_t size);
// A large block was allocated, or its size changed in place: samples it, perhaps. The thread may
// have no heap.
void note_large(Descriptor* span, size_t size);
// A sampled block is freed.
void forget(Descriptor* span);

// Writes the profile in the text format of gperftools ("heap_v2"), without the list of mappings.
void write(os::TextWriter& out);

// Fork: held across it.
os::Lock& lock();

}  // namespace ox::profile
