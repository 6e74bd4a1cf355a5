// The nursery: where a thread's first blocks of each size class come from.
//
// Most programs use many classes a few times. A slab for each would touch pages for each; the
// nursery packs blocks of all classes into a few slices, wherever there is room (heap/granules.h).
// A class that proves busy gets slabs, whose paths are shorter; so does every class for which the
// nursery has no room.
//
// Freed blocks wait in a list of their class, and are checked like those of a slab when they are
// used again: their first word is one of heap/small.h, whose `used` and
// `offset` are the next block's Place. When no place is found for a block they are given up for blocks of any size.
//
// A nursery belongs to its ThreadHeap for good: when the thread ends, the heap waits for another
// thread with the nursery as it is. Blocks freed by other threads gather in the descriptor of their
// slice, in the format of heap/small.h.
// Owner thread only, but for is_block(), block_bytes(), is_free() and add_figures(), which read
// what does not change while the block in question is in use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/policy.h"
#include "base/relaxed.h"
#include "base/size_class.h"
#include "heap/granules.h"
#include "heap/stats.h"
#include "span/descriptor.h"

namespace ox {

// A slice of a nursery; without a span, it waits to be opened. Its number stands in the span's
// `capacity`.
struct NurserySlice {
  Descriptor* span;
  uint64_t touched;  // bit i: page i may hold memory
  Granules granules;
};

class Nursery {
 public:
  // Not in the hardened build: classes share pages here.
  static bool serves(SizeClass cls) { return !kHardened && index_of(cls) < kServed; }

  // A block of a class that it serves; nullptr: use a slab.
  void* allocate(ThreadHeap* home, SizeClass cls);
  void release(void* block, const void* caller);

  // Whether a block starts there that has been handed out, and perhaps freed.
  bool is_block(const void* block) const;
  size_t block_bytes(const void* block) const;
  // Whether such a block waits in its class's list. Costs a walk.
  bool is_listed(const char* block) const;

  // Reports damage in the lists, and forgets those.
  void check();

  // Gives back slices and pages without a block in use.
  void trim();
  // The same; as new if no block is in use.
  void close();
  // The child of a fork, whose thread may have stopped in the middle of anything: forgets what is
  // free. What is in use stays valid.
  void forget_free();

  // Whether `span` is the first of its slices.
  bool is_first(const Descriptor* span) const;
  // Adds what it holds, per class.
  void add_figures(heap::ClassTable& classes) const;
  size_t remote_frees() const { return remote_frees_; }

 private:
  static constexpr size_t kSlices = 8;
  static constexpr size_t kServed = index_of(size_class_of(4096)) + 1;
  static constexpr uint8_t kBusy = 250;  // allocations after which a class gets slabs
  // So many bytes of listed blocks are worth a merge().
  static constexpr size_t kWorthMerging = size_t{8} << 10;

  // Where a block lies: the number of its slice plus one, and its offset there; 0: no block.
  using Place = uint32_t;

  bool is_busy(SizeClass cls) const { return allocations_[index_of(cls)] >= kBusy; }
  NurserySlice& slice_of(const void* block) const;
  size_t offset_of(const void* block) const;

  char* find_room(ThreadHeap* home, SizeClass cls);
  char* place(SizeClass cls);
  bool open(ThreadHeap* home);
  void take_remote();
  void take_back(char* block);
  void push(char* block, SizeClass cls);
  char* pop(SizeClass cls);
  Place place_of(const char* block) const;
  char* block_at(Place place) const;
  static Place following(char* block);
  bool has_mark(const char* block) const;
  void merge();
  void unplace(char* block, SizeClass cls);
  void report_no_block(const char* block, const void* caller) const;
  static void give_back_pages(NurserySlice& slice, char* start);
  void release_slice(NurserySlice& slice);
  void subtract_remote(heap::ClassTable& classes, const NurserySlice& slice) const;

  std::array<NurserySlice*, kSlices> slices_{};
  size_t listed_bytes_ = 0;
  Relaxed<size_t> remote_frees_;                    // taken in so far
  std::array<Place, kServed> top_{};                // the first block of each list
  std::array<Relaxed<uint16_t>, kServed> live_;     // blocks in use
  std::array<Relaxed<uint16_t>, kServed> placed_;   // blocks in use and listed ones
  std::array<uint8_t, kServed> allocations_{};
};

}  // namespace ox
