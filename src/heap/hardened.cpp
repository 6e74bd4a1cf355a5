#include "heap/hardened.h"

#include <cstring>

#include "heap/empty_blocks.h"
#include "heap/host.h"
#include "heap/large.h"
#include "os/memory.h"
#include "os/report.h"

namespace ox::hardened {
namespace {

// Where a block's own slab may be written to by its thread alone, a free looks at so much before
// the block.
constexpr size_t kLine = 64;

bool has_heap() {
  return current_heap() != nullptr;
}

// As region::find(), the first region first.
[[gnu::always_inline]] inline Descriptor* slice_at(const void* address) {
  const size_t offset = reinterpret_cast<uintptr_t>(address) - region::primary.base;
  if (__builtin_expect(arch::below(offset, region::primary.limit), 1))
    return region::primary.descriptor(offset >> kSliceShift);
  return region::find(reinterpret_cast<uintptr_t>(address));
}

inline bool is_medium_block(const Descriptor* leader, const char* block) {
  uint64_t index;
  return medium::locate(leader, block, index);
}

// A place where a block of a slab may start. `bytes` 0: none.
struct Place {
  Descriptor* slab;
  size_t bytes;
  bool small;
};

[[gnu::always_inline]] inline Place place_of(Descriptor* slice, const char* block) {
  if (slice->kind == SpanKind::Small) {
    const size_t bytes = slice->block_bytes();
    const auto offset = static_cast<size_t>(block - slice->start);
    const bool fits =
        small::is_multiple(slice, block) && offset != 0 && offset + bytes <= kSliceSize;
    return {slice, fits ? bytes : 0, true};
  }
  if (slice->kind != SpanKind::Medium) return {slice, 0, false};
  Descriptor* leader = slice->region->leader_of(slice);
  return {leader, is_medium_block(leader, block) ? leader->stride : 0, false};
}

// relaxed: a thread finds its own heap there only if it wrote it itself.
bool is_own(const Descriptor* slab) {
  const ThreadHeap* heap = current_heap();
  return heap && slab->home.load(std::memory_order_relaxed) == heap;
}

// Whether the block is in the list of free ones, or was there and comes back as soon as one looks.
bool is_listed(const Descriptor* slab, char* block) {
  return is_small(slab->size_class) && small::is_intact(slab, block);
}

// The end of a place where no block is in use, or whose canary is damaged.
[[gnu::cold]] void report_canary(Place place, char* block, uint64_t word, const void* caller) {
  const bool carved = !place.small || small::is_block(place.slab, block);
  if (!carved) report::invalid_pointer("free", block, caller);
  if (word == 0 || is_listed(place.slab, block)) report::double_free(block, place.bytes, caller);
  report::overflow(block, place.bytes, caller);
}

// The word before a medium block is the end of another one, or of nothing; then there is more that
// should be zero: a line of it, unless another thread may be about to zero it. (What stands before
// a small block is looked at when the block there is freed or used: that is often.)
bool is_sound_before(Place place, const char* block) {
  const auto room = static_cast<size_t>(block - medium::span_start(place.slab));
  if (room < kLine) return true;
  const uint64_t word = *reinterpret_cast<const uint64_t*>(block - canary::kBytes);
  size_t slack;
  if (word != 0) return canary::matches(block - place.bytes, word, slack);
  return !thread_heaps::only_one() || canary::is_zero(block - kLine, kLine);
}

// Checks a block in use; returns how many bytes it was asked for. nullptr for `call`: a free.
[[gnu::always_inline]] inline size_t checked_size(Place place, char* block, const char* call,
                                                  const void* caller) {
  const uint64_t word = __atomic_load_n(canary::word_at(block, place.bytes), __ATOMIC_RELAXED);
  size_t slack;
  if (__builtin_expect(!canary::matches(block, word, slack) || slack > place.bytes - kCanaryBytes,
                       0)) {
    if (call && (word == 0 || is_listed(place.slab, block)))
      report::invalid_pointer(call, block, caller);
    report_canary(place, block, word, caller);
  }
  const size_t size = place.bytes - kCanaryBytes - slack;
  // A block that stays in use is looked at where an overflow begins; as a whole when it is freed.
  const bool whole = canary::fills_whole(place.bytes) && !call;
  const bool filled = whole ? canary::is_filled(block + size + slack, slack)
                            : canary::is_filled_small(block, size, slack);
  if (__builtin_expect(!filled, 0)) report::overflow(block, place.bytes, caller);
  return size;
}

char* filler_of(const Descriptor* span, size_t& bytes) {
  char* from = span->start + span->bytes;
  bytes = align_up(span->bytes, os::page_size()) - span->bytes;
  return from;
}

void fill_large(Descriptor* span) {
  size_t bytes;
  char* from = filler_of(span, bytes);
  canary::fill_between(from, from + bytes);
}

void check_large(const Descriptor* span, const void* caller) {
  size_t bytes;
  const char* from = filler_of(span, bytes);
  for (size_t i = 0; i < bytes; ++i)
    if (static_cast<unsigned char>(from[i]) != (canary::kFiller & 0xff))
      report::overflow(span->start, span->bytes, caller);
}

bool is_large(const Descriptor* slice, const void* block) {
  return slice->kind == SpanKind::Large && slice->start == block;
}

void* allocate_large(size_t size, size_t alignment) {
  bool zeroed;
  void* block = large::allocate(size, alignment, zeroed);
  if (!block && has_heap() && current_heap()->release_kept())
    block = large::allocate(size, alignment, zeroed);
  if (block) fill_large(slice_at(block));
  return block;
}

[[gnu::noinline]] void release_rested_elsewhere(Descriptor* slice, char* block) {
  if (slice->kind == SpanKind::Small && *canary::word_at(block, slice->block_bytes()) != 0)
    report_written(block, slice->block_bytes());
  heap::release(block);
}

// The block's time is over. What the heap is about to overwrite must still be zero; the rest is
// looked at when the block is handed out. Of a small one of this thread's slabs the end, which is
// in no cache, is not waited for.
[[gnu::always_inline]] inline void release_rested(char* block) {
  Descriptor* slice = slice_at(block);
  if (slice->kind == SpanKind::Small && small::word_in(block) != 0)
    report_written(block, slice->block_bytes());
  if (!arch::equal(slice->owner, arch::thread_pointer()))
    return release_rested_elsewhere(slice, block);
  if (__builtin_expect(small::push<small::put_word_over_zero>(slice, block), 0))
    heap::on_small_event(slice, nullptr);
}

[[gnu::always_inline]] inline void wait(Place place, char* block) {
  void* rested = block;
  if (has_heap())
    rested = place.small ? current_heap()->small_quarantine.exchange(block)
                         : current_heap()->medium_quarantine.exchange(block);
  if (rested) release_rested(static_cast<char*>(rested));
}

[[gnu::always_inline]] inline void release_into_slab(Place place, char* block, const void* caller) {
  checked_size(place, block, nullptr, caller);
  if (!place.small && is_own(place.slab) && !is_sound_before(place, block))
    report::underflow(block, place.bytes, caller);
  // The canary first: whoever sees that the block is not zero yet sees that it is not in use.
  __atomic_store_n(canary::word_at(block, place.bytes), 0, __ATOMIC_RELAXED);
  std::atomic_thread_fence(std::memory_order_release);
  canary::zero(block, place.bytes);
  wait(place, block);
}

// As usable_size(), for a block of ours.
size_t size_of(Descriptor* slice, char* block, const char* call, const void* caller) {
  const Place place = place_of(slice, block);
  if (place.bytes) return checked_size(place, block, call, caller);
  if (is_large(slice, block)) return slice->bytes;
  if (slice->kind == SpanKind::Empty && empty_blocks::is_in_use(block)) return 0;
  report::invalid_pointer(call, block, caller);
  __builtin_unreachable();  // it is fatal here
}

bool resize_large(Descriptor* span, size_t size) {
  if (size <= kMostInSlabs || size > PTRDIFF_MAX || !large::resize_in_place(span, size))
    return false;
  fill_large(span);
  return true;
}

// True if the block fits, and not more than half of it is given up.
bool resize_in_slab(Place place, char* block, size_t old_size, size_t size) {
  const size_t room = place.bytes - kCanaryBytes;
  if (size > room || size < place.bytes / 2) return false;
  if (!canary::fills_whole(place.bytes))
    canary::fill_small(block, size);
  else if (size < old_size)
    canary::fill_between(block + size, block + old_size);
  canary::write(block, place.bytes, room - size);
  return true;
}

void* move(void* block, size_t old_size, size_t size, const void* caller) {
  void* fresh = allocate(size);
  if (!fresh) return nullptr;
  std::memcpy(fresh, block, old_size < size ? old_size : size);
  release(block, caller);
  return fresh;
}

void* move_large(Descriptor* span, size_t size) {
  void* fresh = allocate_large(size, kSliceSize);
  if (!fresh) return nullptr;
  Descriptor* to = slice_at(fresh);
  if (!large::move(span, to, true)) return nullptr;
  fill_large(to);
  return fresh;
}

[[gnu::noinline]] void* allocate_zeroed_slow(size_t size) {
  if (size <= PTRDIFF_MAX && !heap::is_active()) return host::allocate_zeroed(size);
  return allocate_slow(size);
}

}  // namespace

void report_written(void* block, size_t block_bytes) {
  report::corrupted_block(block, block_bytes, nullptr);
}

void* allocate_slow(size_t size) {
  if (size > PTRDIFF_MAX) return nullptr;
  if (!heap::is_active()) return host::allocate(size);
  if (size > kMostInSlabs) return allocate_large(size, kSliceSize);
  if (size == 0) {
    void* block = empty_blocks::allocate();
    return block ? block : allocate(1);
  }
  const size_t inner = size + kCanaryBytes;
  void* block = heap::allocate_slow(inner);
  return block ? prepare(block, block_size(size_class_of(inner)), size) : nullptr;
}

void release(void* pointer, const void* caller) {
  if (!pointer) return;
  Descriptor* slice = slice_at(pointer);
  if (!slice) {
    if (!heap::is_wild("free", pointer, caller)) host::release(pointer);
    return;
  }
  if (__builtin_expect(os::interrupted(), 0) && heap::in_the_middle()) return;
  auto* block = static_cast<char*>(pointer);
  const Place place = place_of(slice, block);
  if (__builtin_expect(place.bytes != 0, 1)) return release_into_slab(place, block, caller);
  if (slice->kind == SpanKind::Small || slice->kind == SpanKind::Medium)
    report::invalid_pointer("free", block, caller);
  if (is_large(slice, block)) check_large(slice, caller);
  heap::free_rest(slice, block, caller);
}

void* allocate_zeroed(size_t size) {
  return allocate<allocate_zeroed_slow>(size);
}

void* allocate_aligned(size_t alignment, size_t size) {
  if (size > PTRDIFF_MAX || alignment > PTRDIFF_MAX) return nullptr;
  if (alignment <= kMinAlignment) return allocate(size);
  if (!heap::is_active()) return host::allocate_aligned(alignment, size);
  const size_t index =
      size > kMostInSlabs ? kNoClass : aligned_class(alignment, size + kCanaryBytes);
  if (index == kNoClass) return allocate_large(size ? size : 1, alignment);
  void* block = heap::allocate(kBlockSizes[index]);
  return block ? prepare(block, kBlockSizes[index], size) : nullptr;
}

void* reallocate(void* pointer, size_t size, const void* caller) {
  if (!pointer) return allocate(size);
  Descriptor* slice = slice_at(pointer);
  if (!slice)
    return heap::is_wild("realloc", pointer, caller) ? nullptr : host::reallocate(pointer, size);
  auto* block = static_cast<char*>(pointer);
  const size_t old_size = size_of(slice, block, "realloc", caller);
  if (size > PTRDIFF_MAX) return nullptr;
  const Place place = place_of(slice, block);
  if (place.bytes != 0 && resize_in_slab(place, block, old_size, size)) return block;
  if (!is_large(slice, block) || heap::in_the_middle()) return move(block, old_size, size, caller);
  check_large(slice, caller);
  if (resize_large(slice, size)) return block;
  return size > old_size ? move_large(slice, size) : move(block, old_size, size, caller);
}

size_t usable_size(const void* pointer, const void* caller) {
  if (!pointer) return 0;
  Descriptor* slice = slice_at(pointer);
  if (!slice)
    return heap::is_wild("malloc_usable_size", pointer, caller) ? 0 : host::usable_size(pointer);
  return size_of(slice, static_cast<char*>(const_cast<void*>(pointer)), "malloc_usable_size",
                 caller);
}

bool trim() {
  if (heap::in_the_middle()) return false;
  empty_quarantine();
  return heap::trim();
}

void empty_quarantine() {
  if (!has_heap()) return;
  while (void* block = current_heap()->small_quarantine.take())
    release_rested(static_cast<char*>(block));
  while (void* block = current_heap()->medium_quarantine.take())
    release_rested(static_cast<char*>(block));
}

}  // namespace ox::hardened
