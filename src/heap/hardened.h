// The hardened build's layer between the entry points and the heap.
//
// What a small or medium block of N bytes looks like, for a request of n <= N - 8:
//
//            0          n            N - 8      N
//   in use   | program's | filler     | canary   |   canary = key(address) ^ (N - 8 - n)
//   free     | 0                      | 0        |   but for what heap/small.h writes at both ends
//
// Of a block of up to 1 KiB only the first eight bytes of filler are written and looked at. So the
// canary tells what was asked for, to the byte, and that the block is in use. A free checks canary
// and filler, and the eight bytes before a medium block of the thread's own; zeroes the block; and
// lets it wait (heap/quarantine.h) before the heap gets it. An allocation checks that the block is
// still zero. Blocks are calloc's without more work.
//
// Large blocks: what was asked for stands in the descriptor; filler up to the end of the page,
// nothing accessible behind it.
//
// All of it is certain, but that a program guesses 48 bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/canary.h"
#include "heap/heap.h"
#include "os/arch.h"

namespace ox::hardened {

constexpr size_t kCanaryBytes = canary::kBytes;
constexpr size_t kMostInSlabs = kMaxMedium - kCanaryBytes;

// Out of line: first blocks, no bytes, large ones.
void* allocate_slow(size_t size);
[[gnu::cold]] void report_written(void* block, size_t block_bytes);

// The pages of a medium block may be new, and the first access to them shall be a write; not of one
// that is so long that much of it may never be used.
inline void touch_pages(char* block, size_t block_bytes) {
  constexpr size_t kLeastPage = 4096;
  if (!arch::kTouchesWrite || block_bytes > 2 * kLeastPage) return;
  const size_t before = reinterpret_cast<uintptr_t>(block) % kLeastPage;
  arch::touch(block);
  for (size_t at = kLeastPage - before; at < block_bytes; at += kLeastPage) arch::touch(block + at);
}

// A block of the heap, fresh: checks it and makes it one for `size` bytes.
inline void* prepare(void* fresh, size_t block_bytes, size_t size) {
  auto* block = static_cast<char*>(fresh);
  if (block_bytes > kMaxSmall) touch_pages(block, block_bytes);
  if (__builtin_expect(!canary::is_zero(block, block_bytes), 0)) report_written(block, block_bytes);
  const size_t room = block_bytes - kCanaryBytes;
  if (canary::fills_whole(block_bytes))
    canary::fill(block + room, room - size);
  else
    canary::fill_small(block, size);
  canary::write(block, block_bytes, room - size);
  return block;
}

// The next block of a slab is checked whole when it is handed out.
inline void prefetch_top(const Descriptor* slab) {
  const char* top = slab->start + small::offset_of(slab->head);
  __builtin_prefetch(top, 1);
  __builtin_prefetch(top + slab->block_bytes() - canary::kBytes, 1);
}

template <void* (*Slow)(size_t) = allocate_slow>
[[gnu::always_inline]] inline void* allocate(size_t size) {
  if (__builtin_expect(size - 1 < kMostInSlabs, 1)) {
    const CurrentSlabs* heap = current_slabs;
    const size_t inner = size + kCanaryBytes;
    Descriptor* slab;
    char* block;
    if (inner <= kMaxSmall) {
      slab = heap->slots[small_slot(inner)];
      block = small::pop(slab);
      prefetch_top(slab);
    } else {
      slab = heap->medium_slots[heap->medium_map[medium_slot(inner)]];
      block = medium::pop(slab);
    }
    if (__builtin_expect(block != nullptr, 1)) return prepare(block, slab->block_bytes(), size);
  }
  return Slow(size);
}

void release(void* block, const void* caller);
void* allocate_zeroed(size_t size);
void* allocate_aligned(size_t alignment, size_t size);
void* reallocate(void* block, size_t size, const void* caller);
// What was asked for.
size_t usable_size(const void* block, const void* caller);

bool trim();
// The thread ends: what waits goes to the heap.
void empty_quarantine();

}  // namespace ox::hardened
