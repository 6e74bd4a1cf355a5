// Regions: contiguous reservations of address space in which all spans live.
//
//   | table of descriptors | gap, no access | slices ........................ |
//                                           ^base            ^base+limit      ^base+size
// The first slice is never used: see descriptor.h.
//
// One mmap reserves it all without access rights; table and slices are made accessible as prefixes
// that grow. Growth and the list of regions are under the span heap's lock; `limit` only rises, so
// readers without the lock see slices that exist.
//
// The first region (up to 512 GiB) is found by free() through `primary`, in one subtract and
// compare. Where address space is scarce it is small, and further regions follow.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "span/descriptor.h"

namespace ox {

struct Region {
  uintptr_t base = 0;
  std::atomic<size_t> limit{0};  // bytes of slices in use so far
  char* table = nullptr;
  size_t committed = 0;        // bytes of slices that are accessible, >= limit
  size_t table_committed = 0;  // bytes of the table that are accessible
  size_t size = 0;             // bytes of slices reserved
  uint64_t event_factor = 0;   // see heap/small.h, "the event test"
  bool undumped = false;       // what is not accessible yet is left out of dumps: see prepare()
  // What is reserved: [first, table_end) and [base - kGap, end), at first without a hole between
  // them.
  char* first = nullptr;
  char* table_end = nullptr;
  char* end = nullptr;

  // acquire pairs with the release in take(): the descriptors below are accessible.
  bool contains(uintptr_t address) const {
    return address - base < limit.load(std::memory_order_acquire);
  }
  Descriptor* descriptor(size_t slice) const {
    return reinterpret_cast<Descriptor*>(table) + slice;
  }
  Descriptor* leader_of(const Descriptor* slice) const {
    return reinterpret_cast<Descriptor*>(table + slice->leader_offset);
  }
  uint32_t offset_of(const Descriptor* span) const {
    return static_cast<uint32_t>(reinterpret_cast<const char*>(span) - table);
  }
  size_t slice_of(const Descriptor* span) const {
    return static_cast<size_t>(span - reinterpret_cast<const Descriptor*>(table));
  }

  // Takes `slices` unused slices from the frontier, aligned to `alignment` bytes; `skipped` is the
  // number of slices left unused before them. nullptr if the region or memory is exhausted.
  Descriptor* take(size_t slices, size_t alignment, size_t& skipped);
};

namespace region {

// No access, on either side of what is in use.
constexpr size_t kGap = kSliceSize;

[[gnu::visibility("hidden")]] extern Region primary;
// primary.table again: with one variable for its two uses in free(), compilers keep the address in
// a register on the shortest path, which needs it only once.
[[gnu::visibility("hidden")]] extern char* primary_table;

// Start-up only: reserves the first region, and has what is not accessible of it left out of dumps:
// a debugger writes a reservation's zeros to the disk, half a terabyte of them. No other thread
// runs.
void prepare();

// Descriptor of the slice that contains `address`, or nullptr if no region does. Any thread.
Descriptor* find(uintptr_t address);

// Whether an address is in what is reserved for a region, in use or not.
bool reserves(uintptr_t address);

// The leader of the span that a slice belongs to, by a walk: for error messages. nullptr: none.
Descriptor* leader_by_walk(Descriptor* slice);

// The regions there are, for those who must see every span: 0 to count() - 1.
size_t count();
Region& at(size_t index);

// Reserves a region with room for at least `bytes` and returns it; nullptr without address space.
// The caller holds the span heap's lock.
Region* add(size_t bytes);

// Takes slices from the frontier of any region, adding one if need be. Same lock.
Descriptor* take(size_t slices, size_t alignment, size_t& skipped);

// Bytes of slices made accessible so far, all regions. Same lock.
size_t committed();

// Address space that is reserved and not in use (surplus.cpp). The kernel counts it against a limit
// on locked memory. Same lock.
size_t surplus();
// Gives it up, so that the newest region can still grow by `spare` bytes. Returns how much it was.
size_t give_up_surplus(size_t spare);

}  // namespace region
}  // namespace ox
