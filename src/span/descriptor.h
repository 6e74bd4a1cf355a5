// The descriptor of a slice: 128 bytes of metadata in a table of its own, away from user memory.
//
// A region's table holds one descriptor per 64 KiB slice; descriptor i describes slice i. A span is
// a run of slices described by its first descriptor, the leader. What the others hold:
//   Free    the last one: kind Free and the leader's place, so that the span behind it finds it.
//   Medium  all of them: kind Medium and the leader's place, so that free() finds the slab.
//   others  kind None: no pointer into them is valid.
// A descriptor that is not a leader has owner == 0; so has every leader but that of a small slab.
// Descriptor 0 of each table is never used: as a leader's place, 0 means none.
//
// Who writes what: the first cache line is the owner thread's alone (or, without an owner, of the
// holder of the lock that the span is under); the second has the fields that other threads touch.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "base/options.h"
#include "base/relaxed.h"
#include "base/size_class.h"

namespace ox {

class ThreadHeap;
struct Region;
struct Mixed;
namespace profile {
struct Site;
}

constexpr unsigned kSliceShift = 16;
constexpr size_t kSliceSize = size_t{1} << kSliceShift;

// Of a light slice so many bytes at the start may hold memory at most: see span/free_spans.h.
constexpr size_t kLight = size_t{16} << 10;

// Added to an owner's tag: no thread's tag, so that every free of a block takes the slow path.
constexpr uintptr_t kDiverted = 1;

enum class SpanKind : uint8_t {
  None,
  Free,   // span/free_spans.h
  Light,  // the same, a light slice
  Small,
  Medium,
  Large,
  Nursery,
  Empty,    // heap/empty_blocks.h
  Guard,    // span/guards.h
  Resting,  // the same
};

// Where a slab stands in its thread heap.
enum class SlabPlace : uint8_t {
  Orphan,   // no thread owns it
  Current,  // malloc takes from it
  Partial,  // has free blocks, waits in its class's list
  Full,     // no free block was left when the owner last looked
  Dormant,  // mixed, with no block to hand out
};

// What an owner found that looked for blocks freed by others: Purged, all of them were, and the
// slab is without memory.
enum class Taken : uint8_t { Nothing, Blocks, Purged };

// What became of a slab's pages without a block in use: whether any went back, and whether any
// stayed, for the kernel refused.
struct GivenBack {
  bool any = false, all = true;
};

// The way of a full slab back to its owner when other threads free into it: see heap/remote.h.
enum class Mail : uint8_t { Unwanted, Wanted, Sent };

// Slices of a span: [from, to), counted from its first one. The empty range is 0, 0.
struct SliceRange {
  uint32_t from = 0, to = 0;

  constexpr bool empty() const { return from == to; }
  constexpr uint32_t size() const { return to - from; }
  constexpr SliceRange moved_up(uint32_t slices) const {
    return empty() ? SliceRange{} : SliceRange{from + slices, to + slices};
  }
  // The parts before and behind a border, the latter counted from there.
  constexpr SliceRange before(uint32_t border) const {
    return from >= border ? SliceRange{} : SliceRange{from, to < border ? to : border};
  }
  constexpr SliceRange behind(uint32_t border) const {
    return to <= border ? SliceRange{} : SliceRange{from < border ? 0 : from - border, to - border};
  }
};

// A flag that counts how often it is set in the process. Relaxed: the count is for a bound.
class CountedFlag {
 public:
  constexpr CountedFlag() = default;
  CountedFlag(const CountedFlag&) = delete;
  CountedFlag& operator=(const CountedFlag& other) { return *this = static_cast<bool>(other); }
  CountedFlag& operator=(bool set) {
    if (set_ != set) count_.fetch_add(set ? 1 : ~size_t{0}, std::memory_order_relaxed);
    set_ = set;
    return *this;
  }
  CountedFlag& operator|=(bool set) { return set ? *this = true : *this; }
  operator bool() const { return set_; }

  static size_t count() { return count_.load(std::memory_order_relaxed); }

 private:
  bool set_ = false;
  static inline std::atomic<size_t> count_{0};
};

struct alignas(128) Descriptor {
  constexpr Descriptor() {}
  constexpr explicit Descriptor(char* first_byte) : start(first_byte) {}

  // Small: the free list, see heap/small.h. Medium: the owner's thread pointer, see heap/medium.h.
  union {
    uint64_t head = 0;
    std::atomic<uintptr_t> medium_owner;
  };
  // The thread whose frees take the shortest path; something else diverts them to free_slow().
  // Relaxed everywhere: a thread finds its own tag here only if it wrote it itself.
  std::atomic<uintptr_t> owner{0};
  char* start = nullptr;  // first byte of the span; Medium: of its first block
  union {
    uint64_t magic =
        0;  // Slabs: divides an address by the block size, see heap/small.h, heap/medium.h
    SliceRange dirty;  // Free: the slices that may hold memory, see span/free_spans.h
  };
  // Small: one used block, in the place where `head` counts them. Medium: bytes per block.
  union {
    uint64_t unit = 0;
    uint64_t stride;
    size_t sampled_bytes;  // Large, with a `site`: as the program asked for
  };
  union {
    Relaxed<uint64_t> free_bits{};  // Medium: bit i is set if block i is free
    Relaxed<uint64_t> holes;  // Small: bit i is set if page i was given back, see heap/small.h
  };
  union {
    uint64_t all_free_bits = 0;  // Medium: the value of free_bits that calls for attention
    profile::Site* site;         // Large: where the block was sampled, nullptr: it was not
    std::atomic<Mixed*> mixed;   // Small: nullptr, or where its blocks lie, see heap/mixed.h
  };
  uint32_t leader_offset = 0;  // the leader's place: bytes from the start of the table
  // Small: where in the slice the last block starts that is carved; 0: none, or the slab has holes.
  Relaxed<uint16_t> last_plain;
  SizeClass first_class{};  // Small: what the slab was made for
  // Small: a Full slab calls for attention when so many of its blocks are free.
  Relaxed<uint8_t> wake_count;

  // Blocks freed by other threads, see heap/remote.h. Small: their list. Medium: a bit for each.
  std::atomic<uint64_t> remote{0};
  std::atomic<ThreadHeap*> home{nullptr};  // the owner; nullptr: orphan
  std::atomic<Mail> mail{Mail::Unwanted};
  Relaxed<SpanKind> kind{SpanKind::None};
  Relaxed<SlabPlace> place{SlabPlace::Orphan};
  Relaxed<SizeClass> size_class;
  uint32_t slices = 0;    // in the span; 0: not a leader
  uint16_t capacity = 0;  // blocks that fit
  // Small: blocks handed out or linked so far. Medium: see give_back(). Nursery: see
  // heap/nursery.h.
  Relaxed<uint16_t> carved;
  bool kept = false;          // its bytes are reserved by retention::may_keep(): it may be empty
  bool recarved : 1 = false;  // Small: not wholly carved again since all of it was given back
  // Free: the first kLight bytes alone may hold memory. Small: or what is carved does.
  bool light : 1 = false;
  bool was_slab = false;  // None and Free: the slice held blocks of size_class last
  CountedFlag moved;      // pages came by move_pages: renew instead of purge
  Descriptor* next = nullptr;
  Descriptor* prev = nullptr;
  union {
    Descriptor* mail_next = nullptr;  // slabs whose mail is under way
    uint64_t looked_at;  // others, not Current: what was free when nothing was left to give back
    size_t bytes;        // Large: usable size
  };
  Region* region = nullptr;

  // Sets the word that the fast path of free() compares: `owner` or `medium_owner`. That path does
  // not notice a free of a block in a page that was given back, nor of one not handed out yet. So a
  // small slab with such pages is nobody's there, so is a mixed one, and where all is checked every
  // one is.
  void set_owner(uintptr_t tag) {
    if (!is_small(size_class)) return medium_owner.store(tag, std::memory_order_relaxed);
    const bool is_checked = holes != 0 || recarved || is_mixed() || checks_all();
    owner.store(is_checked ? 0 : tag, std::memory_order_relaxed);
  }
  // Of a small slab. relaxed: its owner asks, who made it so.
  bool is_mixed() const { return mixed.load(std::memory_order_relaxed) != nullptr; }

  size_t size() const { return size_t{slices} << kSliceShift; }
  size_t block_bytes() const { return block_size(size_class); }
};

static_assert(sizeof(Descriptor) == 128);
static_assert(offsetof(Descriptor, remote) == 64);

using DescriptorList = List<Descriptor>;

}  // namespace ox
