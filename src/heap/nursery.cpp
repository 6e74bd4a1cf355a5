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

NurserySlice& Nursery::slice_of(const void* block) const {
  return *slices_[region::find(reinterpret_cast<uintptr_t>(block))->capacity];
}

size_t Nursery::offset_of(const void* block) const {
  return static_cast<size_t>(static_cast<const char*>(block) - slice_of(block).span->start);
}

bool Nursery::is_block(const void* block) const {
  return slice_of(block).granules.is_block(offset_of(block));
}

size_t Nursery::block_bytes(const void* block) const {
  return slice_of(block).granules.bytes_at(offset_of(block));
}

// ---- allocation

void* Nursery::allocate(ThreadHeap* home, SizeClass cls) {
  if (is_busy(cls)) return nullptr;
  ++allocations_[index_of(cls)];
  char* block = pop(cls);
  if (!block) {
    take_remote();
    block = pop(cls);
  }
  if (!block) block = find_room(home, cls);
  if (block) live_[index_of(cls)] = static_cast<uint16_t>(live_[index_of(cls)] + 1);
  return block;
}

char* Nursery::find_room(ThreadHeap* home, SizeClass cls) {
  char* block = place(cls);
  if (!block && listed_bytes_ >= kWorthMerging) {
    merge();
    block = place(cls);
  }
  if (!block && open(home)) block = place(cls);
  return block;
}

char* Nursery::place(SizeClass cls) {
  const size_t bytes = block_size(cls);
  for (NurserySlice* slice : slices_) {
    if (!slice || !slice->span) continue;
    const size_t offset = slice->granules.take(bytes);
    if (offset == Granules::kNoPlace) continue;
    for (size_t page = offset / os::page_size(); page * os::page_size() < offset + bytes; ++page)
      slice->touched |= uint64_t{1} << page;
    placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] + 1);
    return slice->span->start + offset;
  }
  return nullptr;
}

bool Nursery::open(ThreadHeap* home) {
  size_t number = 0;
  while (number < kSlices && slices_[number] && slices_[number]->span) ++number;
  if (number == kSlices) return false;
  if (!slices_[number]) {
    void* room = storage::allocate(sizeof(NurserySlice));
    if (!room) return false;
    slices_[number] = new (room) NurserySlice{};
  }
  NurserySlice& slice = *slices_[number];
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

Nursery::Place Nursery::place_of(const char* block) const {
  return (slice_of(block).span->capacity + 1u) << kSliceShift |
         static_cast<Place>(offset_of(block));
}

char* Nursery::block_at(Place place) const {
  const size_t number = (place >> kSliceShift) - 1;  // of no block: too large
  if (number >= kSlices || !slices_[number] || !slices_[number]->span) return nullptr;
  return slices_[number]->span->start + place % kSliceSize;
}

// Behind a listed block, which bears the mark.
Nursery::Place Nursery::following(char* block) {
  const small::Word word = word_in(block);
  return static_cast<Place>(small::used_of(word) << kSliceShift | small::offset_of(word));
}

bool Nursery::has_mark(const char* block) const {
  return small::has_mark(slice_of(block).span, block);
}

void Nursery::push(char* block, SizeClass cls) {
  Place& top = top_[index_of(cls)];
  word_in(block) =
      small::make_word(slice_of(block).span, top >> kSliceShift, top % kSliceSize);
  top = place_of(block);
  listed_bytes_ += block_size(cls);
}

char* Nursery::pop(SizeClass cls) {
  Place& top = top_[index_of(cls)];
  char* block = block_at(top);
  if (!block) return nullptr;
  if (!has_mark(block)) {
    report::corrupted_block(block, block_size(cls), nullptr);
    top = 0;
    return nullptr;
  }
  top = following(block);
  word_in(block) = 0;
  listed_bytes_ -= block_size(cls);
  return block;
}

bool Nursery::is_listed(const char* block) const {
  const size_t index = index_of(size_class_of(block_bytes(block)));
  char* at = block_at(top_[index]);
  for (size_t left = placed_[index]; at && left > 0; --left) {
    if (at == block) return true;
    if (!has_mark(at)) return false;
    at = block_at(following(at));
  }
  return false;
}

void Nursery::check() {
  for (size_t index = 0; index < kServed; ++index) {
    size_t left = placed_[index];
    for (char* block = block_at(top_[index]); block; block = block_at(following(block))) {
      if (left-- > 0 && is_block(block) && has_mark(block) &&
          block_bytes(block) == kBlockSizes[index])
        continue;
      report::corrupted_block(block, kBlockSizes[index], nullptr);
      top_[index] = 0;
      break;
    }
  }
}

// ---- frees

void Nursery::release(void* block, const void* caller) {
  auto* bytes = static_cast<char*>(block);
  if (!is_block(block)) return report_no_block(bytes, caller);
  if (has_mark(bytes)) {
    take_remote();
    // What was freed before may have been given up for other blocks by now.
    if (!is_block(block)) return report_no_block(bytes, caller);
    if (is_listed(bytes)) return report::double_free(block, block_bytes(block), caller);
  }
  take_back(bytes);
}

// Where a block was, it may have been freed before and given up for others since.
void Nursery::report_no_block(const char* block, const void* caller) const {
  const NurserySlice& slice = slice_of(block);
  const size_t offset = offset_of(block);
  const bool was_touched = (slice.touched >> offset / os::page_size()) & 1;
  if (was_touched && offset % kMinAlignment == 0 && !slice.granules.is_used(offset))
    return report::double_free(block, slice.granules.bytes_at(offset), caller);
  report::invalid_pointer("free", block, caller);
}

// Nobody asks for listed blocks of a class that has slabs.
void Nursery::take_back(char* block) {
  const SizeClass cls = size_class_of(block_bytes(block));
  live_[index_of(cls)] = static_cast<uint16_t>(live_[index_of(cls)] - 1);
  if (is_busy(cls))
    unplace(block, cls);
  else
    push(block, cls);
}

void Nursery::unplace(char* block, SizeClass cls) {
  slice_of(block).granules.give_back(offset_of(block));
  placed_[index_of(cls)] = static_cast<uint16_t>(placed_[index_of(cls)] - 1);
}

void Nursery::take_remote() {
  for (NurserySlice* slice : slices_) {
    // As small::take_remote().
    if (!slice || !slice->span || slice->span->remote.load(std::memory_order_relaxed) == 0)
      continue;
    small::Word word = slice->span->remote.exchange(0, std::memory_order_acquire);
    remote_frees_ = remote_frees_ + small::used_of(word);
    while (small::offset_of(word) != small::kNoBlock) {
      char* block = slice->span->start + small::offset_of(word);
      if (!has_mark(block)) {
        report::corrupted_block(block, block_bytes(block), nullptr);
        break;
      }
      word = word_in(block);
      word_in(block) = 0;
      release(block, nullptr);
    }
  }
}

// Gives up all listed blocks for blocks of any size.
void Nursery::merge() {
  for (size_t index = 0; index < kServed; ++index) {
    const auto cls = static_cast<SizeClass>(index);
    while (char* block = pop(cls)) unplace(block, cls);
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
  top_.fill(0);
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
void Nursery::subtract_remote(heap::ClassTable& classes, const NurserySlice& slice) const {
  const Descriptor* span = slice.span;
  small::Word word = span->remote.load(std::memory_order_acquire);
  for (size_t left = small::used_of(word); left > 0; --left) {
    if (small::offset_of(word) == small::kNoBlock) return;
    char* block = span->start + small::offset_of(word);
    if (!small::has_mark(span, block) || !is_block(block)) return;
    heap::ClassFigures& of_class = classes[index_of(size_class_of(block_bytes(block)))];
    if (of_class.live_blocks > 0) {
      --of_class.live_blocks;
      ++of_class.free_blocks;
    }
    word = word_in(block);
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
  for (const NurserySlice* slice : slices_)
    if (slice && slice->span) subtract_remote(classes, *slice);
}

}  // namespace ox
