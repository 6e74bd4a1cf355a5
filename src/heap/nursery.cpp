#include "heap/nursery.h"

#include <new>

#include "heap/remote.h"
#include "heap/small.h"
#include "heap/storage.h"
#include "heap/thread_heap.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/region.h"
#include "span/span_heap.h"

namespace ox {

using small::word_in;

Nursery::Block Nursery::block_in(Descriptor* span, const void* address) const {
  return {slices_[span->capacity - 1u], span,
          static_cast<size_t>(static_cast<const char*>(address) - span->start)};
}

Nursery::Block Nursery::block_of(const void* address) const {
  return block_in(region::find(reinterpret_cast<uintptr_t>(address)), address);
}

bool Nursery::is_block(const void* block) const {
  return block_of(block).is_one();
}

size_t Nursery::block_bytes(const void* block) const {
  return block_of(block).bytes();
}

// ---- allocation

[[gnu::noinline]] bool Nursery::is_busy_and_large(SizeClass cls) const {
  const size_t count = allocations_[index_of(cls)];
  const size_t bytes = (live_[index_of(cls)] + size_t{1}) * block_size(cls);
  return count >= kBusy || (bytes >= kLarge && !thread_heaps::only_one()) ||
         (bytes >= kLargeForOne && count >= kBusyAndLargeForOne);
}

inline bool Nursery::is_busy(SizeClass cls) const {
  return allocations_[index_of(cls)] >= kBusyAndLarge && is_busy_and_large(cls);
}

void* Nursery::allocate(ThreadHeap* home, SizeClass cls) {
  if (is_busy(cls)) return nullptr;
  ++allocations_[index_of(cls)];
  Block block;
  char* const address = pop(cls, block) ? block.address() : find_room(home, cls);
  if (!address) return nullptr;
  live_[index_of(cls)] = static_cast<uint16_t>(live_[index_of(cls)] + 1);
  note_used(block_size(cls));
  return address;
}

char* Nursery::find_room(ThreadHeap* home, SizeClass cls) {
  if (char* block = place(cls)) return block;
  take_remote();
  if (free_bytes_ >= kWorthMerging) merge();
  if (char* block = place_anywhere(cls)) return block;
  if (open(home)) return place(cls);
  merge();
  return place_anywhere(cls);
}

char* Nursery::place_anywhere(SizeClass cls) {
  for (size_t number = 1; is_made(number); ++number)
    slices_[number - 1]->granules.look_everywhere(block_size(cls));
  return place(cls);
}

char* Nursery::place(SizeClass cls) {
  const size_t bytes = block_size(cls);
  for (size_t number = 1; is_made(number); ++number) {
    NurserySlice& slice = *slices_[number - 1];
    if (!slice.span || !slice.granules.would_look(bytes)) continue;
    const size_t offset = slice.granules.take(bytes);
    if (offset == Granules::kNoPlace) continue;
    slice.touched |= NurserySlice::units(offset, offset + bytes);
    placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] + 1);
    char* const block = slice.span->start + offset;
    word_in(block) = 0;  // of a slab that was here before, it may bear the mark
    return block;
  }
  return nullptr;
}

namespace {

uint64_t touched_units(span_heap::Holds holds) {
  if (holds == span_heap::Holds::Nothing) return 0;
  return NurserySlice::units(0, holds == span_heap::Holds::Little ? kLight : kSliceSize);
}

}  // namespace

bool Nursery::open(ThreadHeap* home) {
  size_t number = 1;
  while (is_open(number)) ++number;
  if (number > (thread_heaps::only_one() ? kSlicesForOne : kSlices)) return false;
  const bool is_new = !is_made(number);
  void* const room = is_new ? storage::allocate(sizeof(NurserySlice)) : slices_[number - 1];
  if (!room) return false;
  span_heap::Holds holds;
  Descriptor* span = span_heap::allocate_slice(false, holds);
  if (!span) return false;
  span->capacity = static_cast<uint16_t>(number);
  span->carved = 0;
  span->was_slab = false;
  span->remote.store(0, std::memory_order_relaxed);
  span->mail.store(Mail::Unwanted, std::memory_order_relaxed);
  // Figures are taken, and forks come, with all of this done or nothing.
  const os::Guard guard(span_heap::lock());
  if (is_new) slices_[number - 1] = new (room) NurserySlice;
  NurserySlice& slice = *slices_[number - 1];
  slice.touched = touched_units(holds);
  slice.span = span;
  span->kind = SpanKind::Nursery;
  // release: as ThreadHeap::new_slab().
  span->home.store(home, std::memory_order_release);
  return true;
}

// ---- the lists

inline bool Nursery::pop(SizeClass cls, Block& block) {
  Place& top = top_[index_of(cls)];
  if (top.number == 0 || !look_up(top, block)) return false;
  if (__builtin_expect(!is_intact(block, cls), 0)) {
    report::corrupted_block(block.address(), block_size(cls), nullptr);
    top = {};
    return false;
  }
  top = block.next();
  block.clear_word();
  return true;
}

[[gnu::noinline]] void Nursery::give_up(NurserySlice& slice, size_t offset, SizeClass cls) {
  slice.granules.give_back(offset, block_size(cls));
  placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] - 1);
}

bool Nursery::is_listed(Block wanted) const {
  const size_t bytes = wanted.bytes();
  if (bytes > kMaxMedium) return false;  // for another thread, what was freed may change meanwhile
  const SizeClass cls = size_class_of(bytes);
  if (!has_list_mark(wanted, cls)) return false;
  const size_t index = index_of(cls);
  Place at = top_[index];
  Block block;
  for (size_t left = placed_[index]; left > 0 && look_up(at, block); --left) {
    if (block.address() == wanted.address()) return true;
    if (!has_list_mark(block, cls)) return false;
    at = block.next();
  }
  return false;
}

// ---- frees

// Whether a block with a mark is a free one, not one whose program wrote the like.
bool Nursery::was_freed(Block block) {
  take_remote();
  // What was freed before may have been given up for other blocks by now, or the slice gone.
  return block.slice->span != block.span || !block.is_one() || is_listed(block);
}

[[gnu::noinline]] void Nursery::release_marked(Descriptor* span, void* address,
                                               const void* caller) {
  const Block block = block_in(span, address);
  const size_t bytes = block.bytes();
  if (was_freed(block)) return report::double_free(address, bytes, caller);
  const SizeClass cls = size_class_of(bytes);
  take_back(block, cls, list_mark(block, cls));
}

void Nursery::release(Descriptor* span, void* address, const void* caller) {
  const Block block = block_in(span, address);
  const size_t bytes = block.bytes_if_one();
  if (bytes - 1 >= kMaxMedium) return report_no_block(address, caller);
  const SizeClass cls = size_class_of(bytes);
  // Else a rest that a fork has left: see granules.h.
  if (bytes != block_size(cls)) return report_no_block(address, caller);
  const uint32_t found = small::mark_in(block.address()), listed = list_mark(block, cls);
  if (__builtin_expect(found == listed || found == small::mark_of(span), 0))
    return release_marked(span, address, caller);
  take_back(block, cls, listed);
}

inline void Nursery::take_back(const Block& block, SizeClass cls, uint32_t list_mark) {
  const size_t bytes = block_size(cls);
  Relaxed<uint16_t>& live = live_[index_of(cls)];
  // 0: a fork has lost the thread that freed it, and the list.
  if (live > 0) {
    live = static_cast<uint16_t>(live - 1);
    used_bytes_ -= static_cast<uint32_t>(bytes);
  }
  if (is_small(cls)) {
    Place& top = top_[index_of(cls)];
    word_in(block.address()) = small::make_word(list_mark, top.number, top.offset);
    top = {block.span->capacity, static_cast<uint16_t>(block.offset)};
  } else {
    give_up(*block.slice, block.offset, cls);
  }
  note_freed(bytes);
}

void Nursery::note_used(size_t bytes) {
  used_bytes_ += static_cast<uint32_t>(bytes);
  free_bytes_ -= free_bytes_ < bytes ? free_bytes_ : static_cast<uint32_t>(bytes);
}

inline void Nursery::note_freed(size_t bytes) {
  free_bytes_ += static_cast<uint32_t>(bytes);
  if (free_bytes_ >= most_free_ && free_bytes_ >= used_bytes_) give_back_surplus();
}

[[gnu::noinline]] void Nursery::give_back_surplus() {
  free_bytes_ = 0;
  merge();
  const size_t wasted = wasted_pages() * os::page_size();
  if (wasted < most_free_ || wasted < used_bytes_) return;
  most_free_ = kMostFree;
  give_back_pages();
}

// Where a block was, it may have been freed before and given up for others since.
void Nursery::report_no_block(const void* address, const void* caller) const {
  const Block block = block_of(address);
  if (block.offset != 0 && block.offset % kMinAlignment == 0 &&
      block.slice->granules.was_used(block.offset))
    return report::double_free(address, block.bytes(), caller);
  report::invalid_pointer("free", address, caller);
}

void Nursery::take_remote() {
  for (size_t number = 1; is_made(number); ++number) {
    // As small::take_remote().
    if (is_open(number) && slices_[number - 1]->span->remote.load(std::memory_order_relaxed) != 0)
      take_remote(*slices_[number - 1]);
  }
}

// Twice along the list: a block that stands there twice has no mark when it is met again.
void Nursery::take_remote(NurserySlice& slice) {
  const small::Word first = slice.span->remote.exchange(0, std::memory_order_acquire);
  size_t count = 0;
  for (small::Word word = first; count < remote::listed(slice.span, first); ++count) {
    const Block block{&slice, slice.span, small::offset_of(word)};
    if (!block.is_one() || !block.has_remote_mark()) {
      report::corrupted_block(block.address(), block.bytes(), nullptr);
      break;
    }
    word = word_in(block.address());
    word_in(block.address()) = small::offset_of(word);
  }
  remote_frees_ = remote_frees_ + count;
  for (small::Word word = first; count > 0; --count) {
    const Block block{&slice, slice.span, small::offset_of(word)};
    word = word_in(block.address());
    block.clear_word();
    release(slice.span, block.address(), nullptr);
  }
}

// Gives up all listed blocks for blocks of any size.
void Nursery::merge() {
  for (size_t index = 0; index < kClasses; ++index) {
    const auto cls = static_cast<SizeClass>(index);
    for (Block block; pop(cls, block);) give_up(*block.slice, block.offset, cls);
  }
  top_.fill({});
  merges_ = merges_ + 1;
}

}  // namespace ox
