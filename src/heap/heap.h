// The heap: what the entry points call. The fast paths stand here; the rest is in slow.cpp.
//
//   allocate(size)
//     small: pop the class's current slab ................................ small.h
//     medium: pop the class's current slab, or its neighbour's ........... medium.h
//     allocate_slow: attach the thread, then
//       ThreadHeap::refill: remote frees, carve .......................... thread_heap.cpp
//         ThreadHeap::find_slab: partial, orphan, another class's, new ... find_slab.cpp
//           span_heap::allocate: dirty, light, clean, frontier ........... span/
//       large::allocate .................................................. large.cpp
//   release(block)
//     address -> descriptor: one subtract, compare, shift ................ span/region.h
//     own small slab: push; own medium slab: set the block's bit
//     another thread's small slab: push, atomically ...................... remote.h
//     free_slow: Full slab or one with returned pages, orphan, large, misuse
//     free_foreign: no region has it: another region of ours, or libc
//
// Functions that take `caller` report misuse as of that address. None touches errno.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/medium.h"
#include "heap/remote.h"
#include "heap/small.h"
#include "heap/thread_heap.h"
#include "span/region.h"

namespace ox::heap {

// Out of line: the cases that the fast paths below do not settle.
void* allocate_slow(size_t size);
void free_foreign(void* block, const void* caller);
void free_slow(Descriptor* slice, void* block, const void* caller);
void free_again(Descriptor* slab, void* block, const void* caller, remote::Pushed pushed);
void free_rest(Descriptor* slice, void* block, const void* caller);
void free_checked(Descriptor* slab, void* block, const void* caller);
void on_small_event(Descriptor* slab, const void* caller);

// Whether this heap serves the caller: the process, unless a signal handler has interrupted it in
// the middle of a request. Decides about the process if no call did before.
bool is_active();

// A block of at least `size` bytes, aligned to 16. nullptr: out of memory, or size > PTRDIFF_MAX.
// `Slow` is allocate_slow, or a function that calls it and then tells of a failure.
template <void* (*Slow)(size_t) = allocate_slow>
[[gnu::always_inline]] inline void* allocate(size_t size) {
  const CurrentSlabs* heap = current_slabs;
  if (__builtin_expect(size <= kMaxSmall, 1)) {
    if (char* block = small::pop(heap->slots[small_slot(size)])) return block;
  } else if (size <= kMaxMedium) {
    const size_t index = heap->medium_map[medium_slot(size)];
    if (char* block = medium::pop(heap->medium_slots[index])) return block;
  }
  return Slow(size);
}

// Frees a block. nullptr is allowed.
[[gnu::always_inline]] inline void release(void* block) {
  const size_t offset = reinterpret_cast<uintptr_t>(block) - region::primary.base;
  // relaxed: whoever got this block from us has seen the limit that covers it.
  if (__builtin_expect(!arch::below(offset, region::primary.limit), 0))
    return free_foreign(block, __builtin_return_address(0));
  Descriptor* slab = region::primary.descriptor(offset >> kSliceShift);
  const uintptr_t self = arch::thread_pointer();
  if (__builtin_expect(arch::equal(slab->owner, self), 1)) {
    auto* bytes = static_cast<char*>(block);
    if (__builtin_expect(small::has_mark(slab, bytes), 0))
      return free_checked(slab, block, __builtin_return_address(0));
    if (__builtin_expect(small::push(slab, bytes), 0))
      on_small_event(slab, __builtin_return_address(0));
    return;
  }
  auto* leader = reinterpret_cast<Descriptor*>(region::primary_table + slab->leader_offset);
  if (__builtin_expect(!arch::equal(leader->medium_owner, self), 0)) {
    const remote::Pushed pushed = remote::push_plain_small(slab, static_cast<char*>(block));
    if (pushed == remote::Pushed::Done) return;
    if (pushed == remote::Pushed::No) return free_slow(slab, block, __builtin_return_address(0));
    return free_again(slab, block, __builtin_return_address(0), pushed);
  }
  if (__builtin_expect(!medium::push_plain(leader, block), 0))
    free_checked(leader, block, __builtin_return_address(0));
}

// Bytes of a block in use of the calling thread's own slab, by what release() looks at; 0: it is
// none, or that has to be looked at closer.
[[gnu::always_inline]] inline size_t own_small_bytes(const Descriptor* slab, const void* block) {
  const auto offset = static_cast<uint16_t>(reinterpret_cast<uintptr_t>(block));
  const bool in_use = arch::at_most(offset, slab->last_plain) &&
                      !small::has_mark(slab, static_cast<const char*>(block));
  return in_use && small::is_multiple(slab, block) ? slab->block_bytes() : 0;
}
[[gnu::always_inline]] inline size_t own_medium_bytes(const Descriptor* leader, const void* block) {
  uint64_t index;
  if (!medium::locate(leader, block, index)) return 0;
  return (leader->free_bits >> index) & 1 ? 0 : leader->stride;
}

// Whether realloc() leaves a block of `bytes` where it is: `size` fits, and gives up at most half.
constexpr bool stays(size_t bytes, size_t size) {
  return size <= bytes && size >= bytes / 2;
}

// The same for any block, in short. False: it is to be looked at closer. Never for no block.
[[gnu::always_inline]] inline bool stays_in_place(const void* block, size_t size) {
  const size_t offset = reinterpret_cast<uintptr_t>(block) - region::primary.base;
  // relaxed: as in release().
  if (!arch::below(offset, region::primary.limit)) return false;
  const Descriptor* slab = region::primary.descriptor(offset >> kSliceShift);
  const uintptr_t self = arch::thread_pointer();
  size_t bytes = 0;
  if (arch::equal(slab->owner, self)) {
    bytes = own_small_bytes(slab, block);
  } else {
    auto* leader = reinterpret_cast<Descriptor*>(region::primary_table + slab->leader_offset);
    if (arch::equal(leader->medium_owner, self)) bytes = own_medium_bytes(leader, block);
  }
  return bytes != 0 && stays(bytes, size);
}

// Whether a pointer is to where this heap has reserved room and no block yet. Reports that.
bool is_wild(const char* call, const void* pointer, const void* caller);
// Whether the calling thread is in a signal handler that has interrupted the heap; says so once.
bool in_the_middle();

// As the C functions of these meanings; sizes and alignments of any value, alignment a power of
// two.
void* allocate_zeroed(size_t size);
void* allocate_aligned(size_t alignment, size_t size);
void* reallocate(void* block, size_t size, const void* caller);
// Bytes that the program may use of a block: constant for the block's life. 0 for nullptr.
size_t usable_size(const void* block);

// With OX_CHECK=1: reports damage in the calling thread's slabs.
void check_all();

// Returns all free memory that the calling thread may take. True if there was any.
bool trim();

}  // namespace ox::heap
