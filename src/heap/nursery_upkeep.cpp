// What a nursery does besides serving malloc and free: it looks for damage, gives back what is
// free, goes through a fork, and tells figures.
#include "base/bits.h"
#include "heap/nursery.h"
#include "heap/remote.h"
#include "heap/small.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/retention.h"
#include "span/span_heap.h"

namespace ox {

using small::word_in;

void Nursery::check(SizeClass cls) {
  if constexpr (!kServes) return;
  const size_t index = index_of(cls);
  size_t left = placed_[index];
  Block block;
  for (Place at = top_[index]; look_up(at, block); at = block.next()) {
    if (left-- > 0 && is_intact(block, static_cast<SizeClass>(index))) continue;
    report::corrupted_block(block.address(), kBlockSizes[index], nullptr);
    top_[index] = {};
    break;
  }
}

void Nursery::check() {
  for (size_t index = 0; index < kClasses; ++index) check(static_cast<SizeClass>(index));
}

// It may hold memory, and has no block.
bool NurserySlice::is_wasted(size_t page) const {
  const size_t page_size = os::page_size();
  const size_t from = page * page_size, to = from + page_size;
  return (touched & units(from, to)) && granules.is_free(from, to);
}

void Nursery::give_back_pages(NurserySlice& slice, char* start) {
  const size_t page_size = os::page_size();
  for (size_t page = 0; page * page_size < kSliceSize; ++page) {
    const size_t from = page;
    while (page * page_size < kSliceSize && slice.is_wasted(page)) ++page;
    const size_t bytes = (page - from) * page_size;
    if (bytes == 0 || !os::purge(start + from * page_size, bytes)) continue;
    retention::note_given_back(bytes);
    slice.touched &= ~NurserySlice::units(from * page_size, page * page_size);
  }
}

void Nursery::release_slice(NurserySlice& slice) {
  Descriptor* span = slice.span;
  const size_t touched = slice.touched ? (floor_log2(slice.touched) + 1) * NurserySlice::kUnit : 0;
  {
    const os::Guard guard(span_heap::lock());
    slice.span = nullptr;
    span->kind = SpanKind::None;
    span->home.store(nullptr, std::memory_order_relaxed);
  }
  slice.granules.clear();
  span_heap::release(span, touched);
}

bool Nursery::trim() {
  stop_keeping();
  take_remote();
  merge();
  return give_back_pages();
}

size_t Nursery::wasted_pages() const {
  size_t count = 0;
  for (const NurserySlice* slice : slices_)
    for (size_t page = 0; slice && slice->span && page * os::page_size() < kSliceSize; ++page)
      if (slice->is_wasted(page)) ++count;
  return count;
}

void Nursery::settle(bool comes_and_goes) {
  forget_rare();
  free_bytes_ = 0;
  take_remote();
  merge();
  give_back_slices();
  keep_or_give_back(comes_and_goes);
}

// One block of these is enough to be large, so that a few in each of many threads' lives would make
// each of these classes busy, and have it hold a slab of its own in every thread.
void Nursery::forget_rare() {
  for (size_t index = 0; index < kClasses; ++index)
    if (kBlockSizes[index] > kLarge && allocations_[index] < kBusyAndLarge) allocations_[index] = 0;
}

void Nursery::keep_or_give_back(bool keeps) {
  const size_t pages = wasted_pages();
  if (!keeps || !retention::may_keep(pages * os::page_size())) {
    give_back_pages();
    return;
  }
  kept_pages_ = static_cast<uint16_t>(pages);
  retention::now_kept(pages * os::page_size());
}

void Nursery::stop_keeping() {
  retention::no_longer_kept(kept_pages_ * os::page_size());
  kept_pages_ = 0;
}

bool Nursery::give_back_slices() {
  bool any = false;
  for (NurserySlice* slice : slices_) {
    if (!slice || !slice->span || !slice->granules.empty()) continue;
    release_slice(*slice);
    any = true;
  }
  return any;
}

bool Nursery::give_back_pages() {
  const bool any = give_back_slices();
  for (NurserySlice* slice : slices_)
    if (slice && slice->span) give_back_pages(*slice, slice->span->start);
  return any;
}

void Nursery::tend() {
  for (bool again = true; again;) {
    again = false;
    for (NurserySlice* slice : slices_) {
      if (!slice || !slice->span) continue;
      slice->span->carved = static_cast<uint16_t>(slice->granules.blocks());
      // acq_rel, and a change that is none: who frees a block sees the count, or is seen here.
      const small::Word word = slice->span->remote.fetch_add(0, std::memory_order_acq_rel);
      again |= remote::is_last_of_waiting(slice->span, word);
    }
    if (!again) continue;
    take_remote();
    merge();
    give_back_slices();
    const bool keeps = kept_pages_ != 0;
    stop_keeping();
    keep_or_give_back(keeps);
  }
}

void Nursery::stop_tending() {
  free_bytes_ = static_cast<uint32_t>(kept_pages_ * os::page_size());
  stop_keeping();
  for (NurserySlice* slice : slices_)
    if (slice && slice->span) slice->span->carved = 0;
}

void Nursery::forget_free() {
  top_.fill({});
  free_bytes_ = used_bytes_ = 0;
  for (size_t index = 0; index < kClasses; ++index)
    used_bytes_ += static_cast<uint32_t>(live_[index] * kBlockSizes[index]);
  for (NurserySlice* slice : slices_) {
    if (!slice || !slice->span) continue;
    slice->span->remote.store(0, std::memory_order_relaxed);
    slice->granules.look_everywhere();
  }
}

bool Nursery::is_first(const Descriptor* span) const {
  for (const NurserySlice* slice : slices_)
    if (slice && slice->span) return slice->span == span;
  return false;
}

// Other threads' frees, which the owner has not looked at: a walk as of remote.cpp's.
void Nursery::subtract_remote(heap::ClassTable& classes, NurserySlice& slice) const {
  small::Word word = slice.span->remote.load(std::memory_order_acquire);
  for (size_t left = remote::listed(slice.span, word); left > 0; --left) {
    if (small::offset_of(word) == small::kNoBlock) return;
    const Block block{&slice, slice.span, small::offset_of(word)};
    if (!block.has_remote_mark() || !block.is_one()) return;
    const size_t bytes = block.bytes();
    if (bytes > kMaxMedium) return;  // the owner takes them in meanwhile
    heap::ClassFigures& of_class = classes[index_of(size_class_of(bytes))];
    if (of_class.live_blocks > 0) {
      --of_class.live_blocks;
      ++of_class.free_blocks;
    }
    word = word_in(block.address());
  }
}

void Nursery::add_figures(heap::ClassTable& classes) const {
  for (size_t index = 0; index < kClasses; ++index) {
    const size_t live = live_[index];
    const size_t placed = placed_[index];
    classes[index].live_blocks += live;
    classes[index].free_blocks += placed > live ? placed - live : 0;
    classes[index].held_bytes += placed * kBlockSizes[index];
  }
  for (NurserySlice* slice : slices_)
    if (slice && slice->span) subtract_remote(classes, *slice);
}

}  // namespace ox
