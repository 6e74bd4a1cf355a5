// Mixed slabs: small slabs whose blocks are of several sizes.
//
// A program that frees nearly all blocks of one size and goes on with others leaves slabs with a
// few blocks each, of no use to the others. Where a heap would have to grow beyond what was ever in
// use, it takes such a slab instead: the room between the blocks in use is cut into blocks of the
// class that is wanted, which become the slab's list (ThreadHeap::reuse()). From then on a map
// tells where its blocks lie (heap/granules.h), malloc takes from it as from any slab, and each
// free takes the slow path. That may happen to a slab again and again, for larger classes than its
// first one.
//
// Blocks in use of the slab's present class are counted as in every slab, by `head`, out of
// `count`; `others` are those in use of other sizes. What is freed of these is room, and waits for
// the next time. A slab whose list was given up, so that pages could go back or for want of
// anything to list, is Dormant: all its blocks in use are others.
//
// What other threads look at when they free a block (first_class, magic, carved, capacity) stays as
// it was made, so that a free that is under way while the slab becomes a mixed one finds what it
// needs; in the map, what tells of a block in use does not change. There are always fewer blocks
// than `capacity`: the count of blocks freed by others never says that all are, see heap/idle.h.
//
// The owner thread alone changes all this. Not in the hardened build: classes share pages here.
#pragma once

#include "base/policy.h"
#include "base/relaxed.h"
#include "heap/granules.h"

namespace ox {

struct Mixed {
  Granules blocks;          // those in use, and those in the list
  Relaxed<uint16_t> count;  // of the slab's class: in use or in the list
  Relaxed<uint16_t> others;
  bool is_dormant = false;
  Relaxed<uint64_t> gone_pages;  // bit i: page i was given back
  Mixed* next = nullptr;         // among maps that no slab has
};

namespace mixed {

constexpr bool kServes = !kHardened;

// acquire: pairs with the release in make(). nullptr: the slab is a plain one.
inline Mixed* map_of(const Descriptor* slab) {
  return slab->mixed.load(std::memory_order_acquire);
}

// Makes a plain slab that counts a dormant one, by a map that no slab has.
void make(Descriptor* slab, Mixed* map);

// Makes a dormant slab one of `cls`, with at least `least` blocks in its list. False, and nothing
// done: there is no room for so many.
bool serve(Descriptor* slab, SizeClass cls, size_t least);

// Gives up the list: all that is free is room. The slab counts from then on.
void make_dormant(Descriptor* slab);

// A block in use, of so many bytes, is in use no more: it comes into the list, or is room.
void put_back(Descriptor* slab, char* block, size_t bytes);

// A free of what is no block there, by any thread.
void report_no_block(const Descriptor* slab, const char* address, const void* caller);

// Whether there has been one in the process.
bool are_any();

// What no block in use has, of a slab that counts.
size_t free_bytes(const Descriptor* slab);

// Gives back the pages of a dormant slab in which no block is in use.
void give_back_pages(Descriptor* slab);

}  // namespace mixed
}  // namespace ox
