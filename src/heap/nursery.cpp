#include "heap/nursery.h"

#include <new>

#include "base/bits.h"
#include "heap/small.h"
#include "heap/storage.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/region.h"
#include "span/retention.h"
#include "span/span_heap.h"

namespace ox {

using small::word_in;

bool Nursery::Block::has_mark() const {
  return small::has_mark(slice->span, address());
}

Nursery::Place Nursery::Block::next() const {
  const small::Word word = word_in(address());
  return {static_cast<uint16_t>(small::used_of(word)),
          static_cast<uint16_t>(small::offset_of(word))};
}

void Nursery::Block::set_next(Place place) const {
  word_in(address()) = small::make_word(slice->span, place.number, place.offset);
}

void Nursery::Block::clear_word() const {
  word_in(address()) = 0;
}

bool Nursery::is_open(size_t number) const {
  return number - 1 < kSlices && slices_[number - 1] && slices_[number - 1]->span;
}

bool Nursery::look_up(Place place, Block& block) const {
  if (!is_open(place.number)) return false;
  block = {slices_[place.number - 1], place.offset};
  return true;
}

Nursery::Block Nursery::block_of(const void* address) const {
  const Descriptor* span = region::find(reinterpret_cast<uintptr_t>(address));
  return {slices_[span->capacity - 1u],
          static_cast<size_t>(static_cast<const char*>(address) - span->start)};
}

bool Nursery::is_block(const void* block) const {
  return block_of(block).is_one();
}

size_t Nursery::block_bytes(const void* block) const {
  return block_of(block).bytes();
}

// ---- allocation

void* Nursery::allocate(ThreadHeap* home, SizeClass cls) {
  if (is_busy(cls)) return nullptr;
  ++allocations_[index_of(cls)];
  Block block;
  char* address = pop(cls, block) ? block.address() : find_room(home, cls);
  if (address) live_[index_of(cls)] = static_cast<uint16_t>(live_[index_of(cls)] + 1);
  return address;
}

char* Nursery::find_room(ThreadHeap* home, SizeClass cls) {
  char* block = place(cls);
  if (block) return block;
  take_remote();
  if (listed_bytes_ >= kWorthMerging) {
    merge();
    block = place(cls);
  }
  if (!block && open(home)) block = place(cls);
  return block;
}

char* Nursery::place(SizeClass cls) {
  const size_t bytes = block_size(cls);
  const size_t page_size = os::page_size();
  for (size_t number = 1; number <= kSlices; ++number) {
    if (!is_open(number)) continue;
    NurserySlice& slice = *slices_[number - 1];
    const size_t offset = slice.granules.take(bytes);
    if (offset == Granules::kNoPlace) continue;
    for (size_t page = offset / page_size; page * page_size < offset + bytes; ++page)
      slice.touched |= uint64_t{1} << page;
    placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] + 1);
    return slice.span->start + offset;
  }
  return nullptr;
}

bool Nursery::open(ThreadHeap* home) {
  size_t number = 1;
  while (is_open(number)) ++number;
  if (number > kSlices) return false;
  if (!slices_[number - 1]) {
    void* room = storage::allocate(sizeof(NurserySlice));
    if (!room) return false;
    slices_[number - 1] = new (room) NurserySlice{};
  }
  NurserySlice& slice = *slices_[number - 1];
  bool zeroed;
  Descriptor* span = span_heap::allocate(1, kSliceSize, zeroed);
  if (!span) return false;
  slice.granules.clear();
  slice.touched = zeroed ? 0 : ~uint64_t{0} >> (64 - kSliceSize / os::page_size());
  give_back_pages(slice, span->start);
  span->capacity = static_cast<uint16_t>(number);
  span->remote.store(0, std::memory_order_relaxed);
  span->mail.store(Mail::Unwanted, std::memory_order_relaxed);
  span->kind = SpanKind::Nursery;
  slice.span = span;
  // release: as ThreadHeap::new_slab().
  span->home.store(home, std::memory_order_release);
  return true;
}

// ---- the lists

bool Nursery::pop(SizeClass cls, Block& block) {
  Place& top = top_[index_of(cls)];
  if (!look_up(top, block)) return false;
  if (!block.has_mark()) {
    report::corrupted_block(block.address(), block_size(cls), nullptr);
    top = {};
    return false;
  }
  top = block.next();
  block.clear_word();
  listed_bytes_ -= block_size(cls);
  return true;
}

void Nursery::push(Block block, SizeClass cls) {
  Place& top = top_[index_of(cls)];
  block.set_next(top);
  top = {static_cast<uint16_t>(block.slice->span->capacity), static_cast<uint16_t>(block.offset)};
  listed_bytes_ += block_size(cls);
}

bool Nursery::is_listed(Block wanted) const {
  const size_t index = index_of(wanted.size_class());
  Place at = top_[index];
  Block block;
  for (size_t left = placed_[index]; left > 0 && look_up(at, block); --left) {
    if (block.address() == wanted.address()) return true;
    if (!block.has_mark()) return false;
    at = block.next();
  }
  return false;
}

void Nursery::check() {
  for (size_t index = 0; index < kServed; ++index) {
    size_t left = placed_[index];
    Block block;
    for (Place at = top_[index]; look_up(at, block); at = block.next()) {
      if (left-- > 0 && block.is_one() && block.has_mark() && block.bytes() == kBlockSizes[index])
        continue;
      report::corrupted_block(block.address(), kBlockSizes[index], nullptr);
      top_[index] = {};
      break;
    }
  }
}

// ---- frees

void Nursery::release(void* address, const void* caller) {
  const Block block = block_of(address);
  if (!block.is_one()) return report_no_block(block, caller);
  if (block.has_mark()) {
    take_remote();
    // What was freed before may have been given up for other blocks by now.
    if (!block.is_one()) return report_no_block(block, caller);
    if (is_listed(block)) return report::double_free(address, block.bytes(), caller);
  }
  take_back(block);
}

// Where a block was, it may have been freed before and given up for others since.
void Nursery::report_no_block(Block block, const void* caller) const {
  const NurserySlice& slice = *block.slice;
  const bool was_touched = (slice.touched >> block.offset / os::page_size()) & 1;
  if (was_touched && block.offset % kMinAlignment == 0 && !slice.granules.is_used(block.offset))
    return report::double_free(block.address(), block.bytes(), caller);
  report::invalid_pointer("free", block.address(), caller);
}

// Nobody asks for listed blocks of a class that has slabs.
void Nursery::take_back(Block block) {
  const SizeClass cls = block.size_class();
  live_[index_of(cls)] = static_cast<uint16_t>(live_[index_of(cls)] - 1);
  if (is_busy(cls))
    unplace(block, cls);
  else
    push(block, cls);
}

void Nursery::unplace(Block block, SizeClass cls) {
  block.slice->granules.give_back(block.offset);
  placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] - 1);
}

void Nursery::take_remote() {
  for (size_t number = 1; number <= kSlices; ++number) {
    if (!is_open(number)) continue;
    // As small::take_remote().
    std::atomic<uint64_t>& remote = slices_[number - 1]->span->remote;
    if (remote.load(std::memory_order_relaxed) == 0) continue;
    small::Word word = remote.exchange(0, std::memory_order_acquire);
    remote_frees_ = remote_frees_ + small::used_of(word);
    while (small::offset_of(word) != small::kNoBlock) {
      const Block block{slices_[number - 1], small::offset_of(word)};
      if (!block.has_mark()) {
        report::corrupted_block(block.address(), block.bytes(), nullptr);
        break;
      }
      word = word_in(block.address());
      block.clear_word();
      release(block.address(), nullptr);
    }
  }
}

// Gives up all listed blocks for blocks of any size.
void Nursery::merge() {
  for (size_t index = 0; index < kServed; ++index) {
    const auto cls = static_cast<SizeClass>(index);
    Block block;
    while (pop(cls, block)) unplace(block, cls);
  }
}

// ---- giving back

void Nursery::give_back_pages(NurserySlice& slice, char* start) {
  const size_t page_size = os::page_size();
  for (size_t page = 0; page * page_size < kSliceSize; ++page) {
    const size_t from = page;
    const auto is_wasted = [&] {
      return (slice.touched >> page & 1) &&
             slice.granules.is_free(page * page_size, (page + 1) * page_size);
    };
    while (page * page_size < kSliceSize && is_wasted()) ++page;
    const size_t bytes = (page - from) * page_size;
    if (bytes == 0 || !os::purge(start + from * page_size, bytes)) continue;
    retention::note_given_back(bytes);
    slice.touched &= ~((~uint64_t{0} >> (64 - (page - from))) << from);
  }
}

void Nursery::release_slice(NurserySlice& slice) {
  Descriptor* span = slice.span;
  const size_t touched = slice.touched ? (floor_log2(slice.touched) + 1) * os::page_size() : 0;
  slice.span = nullptr;
  span->kind = SpanKind::None;
  span->home.store(nullptr, std::memory_order_relaxed);
  span_heap::release(span, touched);
}

void Nursery::trim() {
  take_remote();
  merge();
  give_back_pages();
}

void Nursery::give_back_pages() {
  for (NurserySlice* slice : slices_) {
    if (!slice || !slice->span) continue;
    if (slice->granules.empty())
      release_slice(*slice);
    else
      give_back_pages(*slice, slice->span->start);
  }
}

void Nursery::close() {
  trim();
  for (const NurserySlice* slice : slices_)
    if (slice && slice->span) return;
  allocations_.fill(0);
}

void Nursery::forget_free() {
  top_.fill({});
  listed_bytes_ = 0;
  for (NurserySlice* slice : slices_) {
    if (!slice || !slice->span) continue;
    slice->span->remote.store(0, std::memory_order_relaxed);
    slice->granules.look_everywhere();
  }
}

// ---- figures

bool Nursery::is_first(const Descriptor* span) const {
  for (const NurserySlice* slice : slices_)
    if (slice && slice->span) return slice->span == span;
  return false;
}

// Other threads' frees, which the owner has not looked at: a walk as of remote.cpp's.
void Nursery::subtract_remote(heap::ClassTable& classes, NurserySlice& slice) const {
  small::Word word = slice.span->remote.load(std::memory_order_acquire);
  for (size_t left = small::used_of(word); left > 0; --left) {
    if (small::offset_of(word) == small::kNoBlock) return;
    const Block block{&slice, small::offset_of(word)};
    if (!block.has_mark() || !block.is_one()) return;
    heap::ClassFigures& of_class = classes[index_of(block.size_class())];
    if (of_class.live_blocks > 0) {
      --of_class.live_blocks;
      ++of_class.free_blocks;
    }
    word = word_in(block.address());
  }
}

void Nursery::add_figures(heap::ClassTable& classes) const {
  for (size_t index = 0; index < kServed; ++index) {
    const size_t live = live_[index];
    const size_t placed = placed_[index];
    classes[index].live_blocks += live;
    classes[index].free_blocks += placed > live ? placed - live : 0;
    classes[index].held_bytes += placed * kBlockSizes[index];
    classes[index].peak_bytes += placed * kBlockSizes[index];
  }
  for (NurserySlice* slice : slices_)
    if (slice && slice->span) subtract_remote(classes, *slice);
}

}  // namespace ox
