// Small slabs: one slice cut into equal blocks of 16 to 2048 bytes, with a free list threaded
// through the free blocks. The fast paths of malloc and free are pop() and push().
//
// A word describes a state of the list; the slab's `head` is its present state, and the first word
// of each free block is the state from before that block was freed:
//
//      63       48 47                16 15            0
//     +-----------+--------------------+---------------+
//     |   used    |        mark        |    offset     |
//     +-----------+--------------------+---------------+
//
//   used    blocks that are not in the list. Popping restores the count with the word. While the
//           slab is Current, or kept, `unit` is 0: frees then leave the count as it is, above 0, so
//           that the slab never looks empty.
//   mark    the low 32 bits of the descriptor's address, whose place is random: what user data
//           does not contain. A free block carries it, a block in use does not (pop clears it).
//           So pop() detects a free block that was written to, and push() a block freed twice.
//   offset  of the block on top of the list within the slice; kNoBlock if the list is empty, where
//           a word without a mark makes pop() fail.
//
// Blocks lie at addresses that are multiples of their size, behind the slice's first 16 bytes:
//
//     start      +8         first multiple of the size
//     | see below| no mark  | block | block | ...        carved | not yet touched |
//
// A free of the start is noticed: it is no multiple, or it bears the mark. Where it is none it
// bears none, so that no forged offset hands out what reaches into the first block.
//
// The hardened build repeats the word of a free block at the block's end, enciphered, so that no
// part of it can be changed unnoticed; see heap/hardened.h for what else it writes into blocks.
//
// Holes. Where a slab has few blocks in use, its pages without any are given back to the system: a
// bit each in `holes`. No block that has a byte in a hole is in the list, or counts as used. When
// the list has run out, the blocks of a hole are carved anew.
//
// The event test. free() must notice two rare things: that the address is not a multiple of the
// block size, and that the slab became empty. With M = ceil(2^64 / size), address * M mod 2^64 is
// below 2^47 for multiples and at least M for others. Adding `factor * address`, with a factor
// chosen per region, moves the first range between the largest word with used == 0 and the smallest
// with used == 1, while M stays above the largest word possible: so one comparison of
// address * (M + factor) with the new head finds both.
#pragma once

#include <bitset>
#include <cstdint>

#include "base/policy.h"
#include "base/secret.h"
#include "heap/mixed.h"
#include "os/arch.h"
#include "span/descriptor.h"
#include "span/region.h"

namespace ox::small {

using Word = uint64_t;
// Words stand in user memory and are read beside other types, at any alignment.
typedef Word __attribute__((may_alias, aligned(1))) StoredWord;
typedef uint32_t __attribute__((may_alias, aligned(1))) StoredMark;

constexpr Word kOneUsed = Word{1} << 48;
constexpr Word kNoBlock = 8;
constexpr size_t kMarkOffset = 2;

inline uint32_t mark_of(const Descriptor* slab) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(slab));
}
constexpr Word make_word(uint32_t mark, Word used, Word offset) {
  return used << 48 | Word{mark} << 16 | offset;
}
inline Word make_word(const Descriptor* slab, Word used, Word offset) {
  return make_word(mark_of(slab), used, offset);
}
inline Word used_of(Word word) {
  return word >> 48;
}
inline Word offset_of(Word word) {
  return word & 0xffff;
}

inline StoredWord& word_in(char* block) {
  return *reinterpret_cast<StoredWord*>(block);
}

inline uint32_t mark_in(const char* block) {
  return *reinterpret_cast<const StoredMark*>(block + kMarkOffset);
}
// True for every free block, and for user data with probability 2^-32.
inline bool has_mark(const Descriptor* slab, const char* block) {
  return mark_in(block) == mark_of(slab);
}

inline uint64_t* twin_in(const Descriptor* slab, char* block) {
  return reinterpret_cast<uint64_t*>(block + slab->block_bytes()) - 1;
}
inline uint64_t twin_of(const char* block, Word word) {
  return ~word ^ secret ^ (reinterpret_cast<uintptr_t>(block) << 16);
}

// Writes a free block's word. Release: who sees the twin sees the word.
inline void put_word(const Descriptor* slab, char* block, Word word) {
  word_in(block) = word;
  if constexpr (kHardened)
    __atomic_store_n(twin_in(slab, block), twin_of(block, word), __ATOMIC_RELEASE);
}
// The same for a block that should be zero, whose end nobody has looked at yet: what is not zero
// there makes the twin a wrong one.
inline void put_word_over_zero(const Descriptor* slab, char* block, Word word) {
  word_in(block) = word;
  uint64_t* twin = twin_in(slab, block);
  __atomic_store_n(twin, *twin ^ twin_of(block, word), __ATOMIC_RELEASE);
}
// A block that is not free any more has no twin, then no word.
inline void clear_twin(const Descriptor* slab, char* block) {
  if constexpr (kHardened) {
    __atomic_store_n(twin_in(slab, block), 0, __ATOMIC_RELAXED);
    std::atomic_thread_fence(std::memory_order_release);
  }
}
inline void clear_word(const Descriptor* slab, char* block) {
  clear_twin(slab, block);
  word_in(block) = 0;
}
// A free block's word is as it was written.
inline bool is_intact(const Descriptor* slab, char* block) {
  if (!has_mark(slab, block)) return false;
  if constexpr (kHardened) return *twin_in(slab, block) == twin_of(block, word_in(block));
  return true;
}

inline bool list_empty(const Descriptor* slab) {
  return offset_of(slab->head) == kNoBlock;
}

// Takes the top block off the list. nullptr if there is none, or if its word was overwritten.
inline char* pop(Descriptor* slab) {
  char* block = slab->start + static_cast<uint16_t>(slab->head);
  if (__builtin_expect(!is_intact(slab, block), 0)) return nullptr;
  slab->head = word_in(block);
  clear_word(slab, block);
  if (!block) __builtin_unreachable();  // saves the caller's fast path a test
  return block;
}

inline bool is_multiple(const Descriptor* slab, const void* block) {
  uint64_t reciprocal = slab->magic;
  if constexpr (arch::kFusedEventTest) reciprocal -= slab->region->event_factor;
  return reinterpret_cast<uintptr_t>(block) * reciprocal < reciprocal;
}

// The event test, for a list whose word the free of `block` makes `after`.
inline bool is_event(const Descriptor* slab, const char* block, Word after) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  if constexpr (arch::kFusedEventTest) return address * slab->magic >= after;
  return after < kOneUsed || address * slab->magic >= kOneUsed;
}

// Puts a block back, its mark checked by the caller. True if that calls for on_event().
template <void (*Put)(const Descriptor*, char*, Word) = put_word>
inline bool push(Descriptor* slab, char* block) {
  const Word before = slab->head;
  Put(slab, block, before);
  const Word after = arch::with_low16(before, reinterpret_cast<uintptr_t>(block)) - slab->unit;
  slab->head = after;
  return is_event(slab, block, after);
}

// After push() of what is no block: the list is as it was. Eight bytes of the program's are lost.
inline void undo_push(Descriptor* slab, char* pointer) {
  slab->head = word_in(pointer);
  word_in(pointer) = 0;
}

// What stands at the slice's start.
inline Word start_word(const Descriptor* slab) {
  return is_multiple(slab, slab->start) ? make_word(slab, 0, kNoBlock) : 0;
}

// Makes a fresh span of one slice a slab of `cls` without owner, with no block carved.
void format(Descriptor* slab, SizeClass cls);

// Links the next blocks of an empty list that were never handed out, as many as one step of memory
// holds. False if all were.
bool carve(Descriptor* slab);

// By number, the blocks of a plain slab that are free. Reports damage in the list; what comes
// behind it counts as used.
using BlockSet = std::bitset<kSliceSize / kMinAlignment>;
BlockSet free_blocks(const Descriptor* slab);

// Gives back the pages in which no block is in use. For a plain slab that counts.
GivenBack make_holes(Descriptor* slab);
// Fills the empty list with the blocks of one hole. False if there is none.
bool carve_hole(Descriptor* slab);
size_t blocks_in_holes(const Descriptor* slab);
bool is_in_hole(const Descriptor* slab, const void* block);

// A free block is not as it was left. Reports it; and if the process goes on, forgets all that is
// in the list: these blocks count as used from then on, for good.
void lose_list(Descriptor* slab, const char* damaged);

// Whether all blocks are in the list, when their count says so: the count stands in free blocks,
// and whoever writes to these can forge it. If not, reports that and forgets the list as above.
bool is_all_listed(Descriptor* slab);

// Blocks that `head` counts out of: all that are carved, or those of its class of a mixed slab.
inline size_t counted_blocks(const Descriptor* slab) {
  const Mixed* map = mixed::map_of(slab);
  return map ? map->count : slab->carved;
}

// Stops and starts counting: see `used` above. The start counts what is in the list, and rewrites
// it.
inline void stop_counting(Descriptor* slab) {
  slab->unit = 0;
  if (used_of(slab->head) == 0) slab->head += kOneUsed;
}
void count_listed(Descriptor* slab);
inline void start_counting(Descriptor* slab) {
  slab->unit = kOneUsed;
  if (!list_empty(slab) || slab->holes != 0) return count_listed(slab);
  slab->head = make_word(slab, counted_blocks(slab), kNoBlock);
}

// A Full slab, which counts, calls for attention when `wake_count` of its blocks are free again:
// its `used` is that much too low meanwhile. How many that are is kept where no map is looked at,
// for other threads ask it of what may be another span by now.
constexpr uint8_t wake_count_of(size_t blocks) {
  // Hardened: what was freed comes back soon, and is looked at then.
  if (kHardened && blocks < 128) return 1;
  return static_cast<uint8_t>(blocks < 16 ? 1 : blocks / 16);
}
static_assert((kSliceSize / kMinAlignment - 1) / 16 <= UINT8_MAX);
inline Word fall_short(const Descriptor* slab) {
  const Mixed* map = mixed::map_of(slab);
  const size_t blocks = map ? size_t{map->count} : size_t{slab->capacity};
  return (blocks - slab->wake_count) * kOneUsed;
}
inline void expect_blocks(Descriptor* slab) {
  slab->head -= fall_short(slab);
}
inline void expect_none(Descriptor* slab) {
  slab->head += fall_short(slab);
}

// Blocks in use, whether counting or not, by a walk that other threads' changes cannot mislead far.
size_t live_blocks(const Descriptor* slab);

// Any number up to `capacity`.
char* block_at(const Descriptor* slab, size_t index);

// Whether `block` is the address of a block that has been handed out at some time; of a mixed slab:
// and is still one.
// The first block is the first multiple behind the slab's start, at most one size away.
inline bool is_block(const Descriptor* slab, const void* block) {
  const auto offset = static_cast<size_t>(static_cast<const char*>(block) - slab->start);
  if (const Mixed* map = mixed::map_of(slab)) return map->blocks.is_block(offset);
  return is_multiple(slab, block) && offset - 1 < slab->carved * block_size(slab->first_class);
}

// Bytes of such a block.
inline size_t bytes_of(const Descriptor* slab, const void* block) {
  const Mixed* map = mixed::map_of(slab);
  if (!map) return block_size(slab->first_class);
  return map->blocks.bytes_at(static_cast<size_t>(static_cast<const char*>(block) - slab->start));
}

// Whether the list contains `block`. Costs a walk.
bool contains(const Descriptor* slab, const void* block);

// Blocks that other threads freed: moves them to the list. If their memory was given back
// meanwhile, the slab is as new: no block in the list, none carved. `count` is raised by how many
// there were.
Taken take_remote(Descriptor* slab, Relaxed<size_t>& count);

// Bytes at the slab's start that may have been touched.
size_t touched_bytes(const Descriptor* slab);

inline bool exhausted(const Descriptor* slab) {
  return list_empty(slab) && slab->carved == slab->capacity && slab->holes == 0;
}

}  // namespace ox::small
