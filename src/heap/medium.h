// Medium slabs: a few slices cut into at most 62 equal blocks of more than 2 KiB, with a bit per
// block in the descriptor. Free blocks are not touched; every misuse shows in the bits.
//
// Block i starts at start + i * stride, where the leader's `start` is that of block 0: the blocks
// end with the span, and what is left over lies before them, less than a slice. `magic` is
// floor(2^64 / stride) + 1, so stride * magic is 2^64 + e with 0 < e <= stride: offset * magic has
// the block's number in its high 64 bits, and in its low ones i * e, less than kMostRest, if the
// offset is that of a block. If it is no multiple they are at least magic; if it is negative,
// almost 2^64.
#pragma once

#include <cstdint>

#include "base/policy.h"
#include "base/secret.h"
#include "os/arch.h"
#include "span/descriptor.h"

namespace ox::medium {

// A value that free_bits never has: no event.
constexpr uint64_t kNever = 0;

inline uint64_t all_free(const Descriptor* slab) {
  return (uint64_t{1} << slab->capacity) - 1;
}

// The span's first byte: `start` is that of block 0.
inline char* span_start(const Descriptor* slab) {
  const auto start = reinterpret_cast<uintptr_t>(slab->start);
  return slab->start - start % kSliceSize;
}

// Finds a set bit of `bits` that nobody foresees who does not know the secret, and clears it there.
inline bool take_any(const Descriptor* slab, uint64_t& bits, uint64_t& index) {
  if (bits == 0) return false;
  const auto place = reinterpret_cast<uintptr_t>(slab);
  const uint64_t by = ((bits ^ place ^ secret) * 0x9e3779b97f4a7c15) >> 58;
  const uint64_t rotated = bits >> by | bits << (-by & 63);
  index = (static_cast<uint64_t>(__builtin_ctzll(rotated)) + by) & 63;
  bits &= ~(uint64_t{1} << index);
  return true;
}

// Takes a free block, the lowest one or, hardened, any; or nullptr.
inline char* pop(Descriptor* slab) {
  uint64_t bits = slab->free_bits;
  uint64_t index;
  if (__builtin_expect(!(kHardened ? take_any(slab, bits, index) : arch::take_lowest(bits, index)),
                       0))
    return nullptr;
  slab->free_bits = bits;
  char* block = slab->start + index * slab->stride;
  if (!block) __builtin_unreachable();  // saves the caller's fast path a test
  return block;
}

constexpr uint64_t kMostRest = 64 * kMaxMedium;
static_assert(kMostRest < ~uint64_t{0} / kMaxMedium - kMostRest);

// The number of the block that starts at `block`; false if none does.
inline bool locate(const Descriptor* slab, const void* block, uint64_t& index) {
  const auto offset = static_cast<uint64_t>(static_cast<const char*>(block) - slab->start);
  const __uint128_t product = static_cast<__uint128_t>(offset) * slab->magic;
  index = static_cast<uint64_t>(product >> 64);
  return static_cast<uint64_t>(product) < kMostRest;
}

enum class Freed { Done, AllFree, Invalid, Twice };

inline Freed push(Descriptor* slab, const void* block) {
  uint64_t index;
  uint64_t bits;
  if (!locate(slab, block, index)) return Freed::Invalid;
  if (arch::load_and_set(slab->free_bits, index, bits)) return Freed::Twice;
  slab->free_bits = bits;
  return bits == slab->all_free_bits ? Freed::AllFree : Freed::Done;
}

// push() for the common case. False, and nothing done, in all others.
inline bool push_plain(Descriptor* slab, const void* block) {
  uint64_t index;
  uint64_t bits;
  if (__builtin_expect(!locate(slab, block, index), 0)) return false;
  if (__builtin_expect(arch::load_and_set(slab->free_bits, index, bits), 0)) return false;
  if (__builtin_expect(bits == slab->all_free_bits, 0)) return false;
  slab->free_bits = bits;
  return true;
}

// Slices for a slab of `cls` in a heap whose other slabs of it have `owned`, those of all medium
// classes `all`: few blocks first, then in step with what is in use, so that no class spreads over
// much more than it needs. A class among many has short slabs: each has its most blocks at another
// time, and what is free then serves the others only if whole slabs are.
size_t slices_for(SizeClass cls, size_t owned, size_t all);

// Makes a fresh span a slab of `cls` without owner, all its blocks free.
void format(Descriptor* slab, SizeClass cls);

// Erases the traces of format() in all descriptors but the leader's kind.
void unformat(Descriptor* slab);

// Blocks that other threads freed: moves them to free_bits. `count` is raised by how many there
// were.
Taken take_remote(Descriptor* slab, Relaxed<size_t>& count);

// Gives back the pages of free blocks, all but those on borders and runs of less than `worth`
// bytes. For a slab that malloc does not take from. `carved` remembers how many blocks were free
// when pages last went back: if `least` is not 1, nothing is done until there are so many more.
GivenBack give_back(Descriptor* slab, size_t least, size_t worth);

bool is_block(const Descriptor* slab, const void* block);

}  // namespace ox::medium
