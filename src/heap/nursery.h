// The nursery: where a thread's first blocks of each size class come from.
//
// Most programs use many classes a few times. A slab for each would touch pages for each; the
// nursery packs blocks of all classes into a few slices, wherever there is room (heap/granules.h).
// A class that proves busy gets slabs, whose paths are shorter; so does every class for which the
// nursery has no room. Later, and there is more room, while the process has one thread: most of a
// system's processes have no more, and together they are what has to be small.
//
// Freed blocks of up to kMaxSmall bytes wait in a list of their class, and are checked like those
// of a slab when they are used again: the first word of each is one of heap/small.h, with the place
// of the next, and a mark that no other place or class has, nor this one once its blocks were given
// up. So a word that was copied elsewhere, or written again later, or a forged place, leads to no
// block. When there is no room for a block, those that wait are given up for blocks of any size;
// larger ones are at once. Beyond kMostFreeAtFirst bytes of freed memory, later kMostFree, and
// beyond as much as is in use, pages without a block go back: who takes and frees more will go on.
//
// A nursery belongs to its ThreadHeap for good: when the thread ends, the heap waits for another
// thread with the nursery as it is, and what was busy is taken to be so again; what else was used
// counts on, but for classes of more than kLarge bytes a block. Blocks freed by
// other threads gather in the descriptor of their slice, in the format of heap/small.h. While the
// heap waits, `carved` there is how many blocks were in use when it was last tended, else 0:
// whoever frees the last one has the slice given back.
//
// Slices come and go under span_heap::lock(), so that figures, and the child of a fork, find each
// whole or not at all. All else is for the owner thread only (while the heap waits: for whoever has
// the lock of thread_heaps), but is_block(), block_bytes(), is_listed(), report_no_block() and the
// figures: they read what stays while the block in question is in use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/policy.h"
#include "base/relaxed.h"
#include "base/secret.h"
#include "base/size_class.h"
#include "heap/granules.h"
#include "heap/small.h"
#include "heap/stats.h"
#include "span/descriptor.h"

namespace ox {

// A slice of a nursery; without a span, it waits to be opened. Its number, counted from 1, stands
// in the span's `capacity`.
struct NurserySlice {
  static constexpr size_t kUnit = 4096;  // the smallest page

  Descriptor* span = nullptr;
  uint64_t touched = 0;  // bit i: unit i may hold memory
  Granules granules;

  // The bits of the units that have a byte of [from, to).
  static constexpr uint64_t units(size_t from, size_t to) {
    return (uint64_t{2} << (to - 1) / kUnit) - (uint64_t{1} << from / kUnit);
  }
  bool is_wasted(size_t page) const;
};

class Nursery {
 public:
  // Allocations after which a class gets slabs. The latter two: if its blocks in use and the next
  // are as large as kLarge; for the process's only thread, kLargeForOne.
  static constexpr uint8_t kBusy = 250, kBusyAndLarge = 32, kBusyAndLargeForOne = 128;

  // Not in the hardened build: classes share pages here.
  static constexpr bool kServes = !kHardened;

  // nullptr: use a slab.
  void* allocate(ThreadHeap* home, SizeClass cls);
  void release(Descriptor* span, void* block, const void* caller);

  // Whether a block starts there that has been handed out, and perhaps freed.
  bool is_block(const void* block) const;
  size_t block_bytes(const void* block) const;
  // Whether such a block waits in its class's list. Costs a walk.
  bool is_listed(const void* block) const { return is_listed(block_of(block)); }

  // A free of what is no block there. Any thread.
  void report_no_block(const void* address, const void* caller) const;

  // Reports damage in the list of a class, or in all, and forgets it.
  void check(SizeClass cls);
  void check();

  // Gives back slices and pages without a block, in use or listed. Whether there was a slice.
  bool give_back_pages();
  // The same without a block in use.
  bool trim();
  // The thread is gone. What is free is for blocks of any size; pages go back unless the process
  // may keep them for the next thread: for heaps that threads have had again and again.
  void settle(bool comes_and_goes);
  // While its heap waits for a thread: gives back what others have freed whole, and has who frees a
  // slice's last block call this again. Until a thread has the heap. Under the lock of
  // thread_heaps.
  void tend();
  void stop_tending();
  // The child of a fork, whose thread may have stopped in the middle of anything: forgets what is
  // free. What is in use stays valid.
  void forget_free();

  // Whether `span` is the first of its slices.
  bool is_first(const Descriptor* span) const;
  // Adds what it holds, per class.
  void add_figures(heap::ClassTable& classes) const;
  size_t remote_frees() const { return remote_frees_; }

 private:
  static constexpr size_t kSlices = 8, kSlicesForOne = 24;
  // Bytes in use of one class that make it busy; freed ones that are worth a merge(); and so many
  // that pages go back, the first time and at most.
  static constexpr size_t kLarge = size_t{8} << 10, kLargeForOne = size_t{16} << 10;
  static constexpr size_t kWorthMerging = size_t{8} << 10;
  static constexpr uint32_t kMostFreeAtFirst = 64 << 10, kMostFree = 128 << 10;

  // A block's slice, by number, and its offset there: `used` and `offset` of a listed block's word.
  // Slices are counted from 1; 0 is the number of none.
  struct Place {
    uint16_t number = 0, offset = 0;
  };
  // The same, looked up.
  struct Block {
    NurserySlice* slice;
    Descriptor* span;  // the slice's: another thread's block may be released at any time
    size_t offset;

    char* address() const { return span->start + offset; }
    bool is_one() const { return slice->granules.is_block(offset); }
    size_t bytes() const { return slice->granules.bytes_at(offset); }
    size_t bytes_if_one() const { return slice->granules.bytes_if_block(offset); }
    // Of a block that another thread freed.
    bool has_remote_mark() const { return small::has_mark(span, address()); }
    // What stands in a listed block: the place of the next one.
    Place next() const;
    void clear_word() const { small::word_in(address()) = 0; }
  };

  bool is_busy(SizeClass cls) const;
  bool is_busy_and_large(SizeClass cls) const;
  // Slices with a place in memory, the first ones; and those of them that have a span.
  bool is_made(size_t number) const;
  bool is_open(size_t number) const;
  Block block_in(Descriptor* span, const void* address) const;
  Block block_of(const void* address) const;
  // False: none is there.
  bool look_up(Place place, Block& block) const;

  char* find_room(ThreadHeap* home, SizeClass cls);
  char* place(SizeClass cls);
  char* place_anywhere(SizeClass cls);
  bool open(ThreadHeap* home);
  bool pop(SizeClass cls, Block& block);
  void give_up(NurserySlice& slice, size_t offset, SizeClass cls);
  // The mark of a block in the list of its class.
  uint32_t list_mark(const Block& block, SizeClass cls) const;
  bool has_list_mark(const Block& block, SizeClass cls) const;
  bool is_intact(const Block& block, SizeClass cls) const;
  bool was_freed(Block block);
  void release_marked(Descriptor* span, void* address, const void* caller);
  void take_back(const Block& block, SizeClass cls, uint32_t list_mark);
  bool is_listed(Block block) const;
  void note_freed(size_t bytes);
  void give_back_surplus();
  void note_used(size_t bytes);
  void take_remote();
  void take_remote(NurserySlice& slice);
  void merge();
  static void give_back_pages(NurserySlice& slice, char* start);
  bool give_back_slices();
  size_t wasted_pages() const;
  void forget_rare();
  void keep_or_give_back(bool keeps);
  void stop_keeping();
  static void release_slice(NurserySlice& slice);
  void subtract_remote(heap::ClassTable& classes, NurserySlice& slice) const;

  std::array<NurserySlice*, kSlicesForOne> slices_{};
  uint32_t used_bytes_ = 0;  // in blocks in use
  uint32_t free_bytes_ = 0;  // freed since pages last went back, and not used again
  uint32_t most_free_ = kMostFreeAtFirst;
  uint16_t kept_pages_ = 0;            // that wait for the next thread: retention::now_kept()
  Relaxed<size_t> remote_frees_;       // taken in so far
  Relaxed<uint32_t> merges_;           // so far: in the marks of listed blocks
  std::array<Place, kClasses> top_{};  // the first block of each list
  std::array<Relaxed<uint16_t>, kClasses> live_;    // blocks in use
  std::array<Relaxed<uint16_t>, kClasses> placed_;  // blocks in use and listed ones
  std::array<uint8_t, kClasses> allocations_{};
};

inline uint32_t Nursery::list_mark(const Block& block, SizeClass cls) const {
  static_assert(kClasses < kMinAlignment << 3 && kSliceSize <= 1 << 16);
  const uint64_t place = uint64_t{merges_} << 23 | block.offset << 7 | (index_of(cls) + 1);
  return small::mark_of(block.span) + static_cast<uint32_t>((place * secret) >> 32);
}

inline bool Nursery::has_list_mark(const Block& block, SizeClass cls) const {
  return small::mark_in(block.address()) == list_mark(block, cls);
}

inline Nursery::Place Nursery::Block::next() const {
  const small::Word word = small::word_in(address());
  return {static_cast<uint16_t>(small::used_of(word)),
          static_cast<uint16_t>(small::offset_of(word))};
}

inline bool Nursery::is_made(size_t number) const {
  return number - 1 < kSlicesForOne && slices_[number - 1];
}

inline bool Nursery::is_open(size_t number) const {
  return is_made(number) && slices_[number - 1]->span;
}

inline bool Nursery::look_up(Place place, Block& block) const {
  if (!is_open(place.number)) return false;
  NurserySlice* slice = slices_[place.number - 1];
  block = {slice, slice->span, place.offset};
  return true;
}

// A block of `cls` stands there, and its word is as it was written when that came into the list, as
// far as can be seen. The mark alone would do, but that a program might write an old one again.
inline bool Nursery::is_intact(const Block& block, SizeClass cls) const {
  const Place next = block.next();
  return has_list_mark(block, cls) && block.bytes_if_one() == block_size(cls) &&
         (next.number == 0 ? next.offset == 0 : is_open(next.number));
}

}  // namespace ox
