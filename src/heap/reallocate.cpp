// realloc() and malloc_usable_size(): what takes a block in use and tells how large it is.
#include <cstring>

#include "heap/empty_blocks.h"
#include "heap/heap.h"
#include "heap/host.h"
#include "heap/large.h"
#include "heap/profile.h"
#include "heap/remote.h"
#include "heap/slow.h"
#include "os/report.h"

namespace ox::heap {
namespace {

// Usable bytes of a block in use. Reports anything else; then, if the process goes on, kNoBlock.
constexpr size_t kNoBlock = SIZE_MAX;

size_t checked_bytes(const char* call, Descriptor* slice, const void* block, const void* caller) {
  const Descriptor* span = span_of(slice);
  if (span->kind == SpanKind::Large) {
    if (span->start == block) return span->bytes;
  } else if (span->kind == SpanKind::Empty) {
    if (empty_blocks::is_in_use(block)) return 0;
  } else if (remote::is_block(span, block) && !remote::is_free(span, block)) {
    return remote::bytes_of(span, block);
  }
  report::invalid_pointer(call, block, caller);
  return kNoBlock;
}

// The same by the short way; else 0.
size_t own_bytes(Descriptor* slice, const void* block) {
  const uintptr_t self = arch::thread_pointer();
  if (arch::equal(slice->owner, self)) return own_small_bytes(slice, block);
  if (slice->kind != SpanKind::Medium) return 0;
  const Descriptor* leader = slice->region->leader_of(slice);
  return arch::equal(leader->medium_owner, self) ? own_medium_bytes(leader, block) : 0;
}

// What grew once tends to grow again: from here on it gets room for a quarter more than it had.
constexpr size_t kGetsRoom = 256;

size_t with_room(size_t old_size, size_t size) {
  const size_t roomy = old_size + old_size / 4;
  const bool grows = size > old_size && size < roomy;
  const bool gets_room = grows && old_size >= kGetsRoom && roomy <= kMaxMedium;
  return gets_room && !profile::is_on() ? roomy : size;  // a profile tells what was asked for
}

void* reallocate_moving(void* block, size_t old_size, size_t size) {
  void* fresh = allocate(with_room(old_size, size));
  if (!fresh) fresh = allocate(size);  // of which class there may be a block
  if (!fresh) return nullptr;
  std::memmove(fresh, block, old_size < size ? old_size : size);
  release(block);
  return fresh;
}

void* reallocate_large(Descriptor* span, size_t size) {
  if (size <= kMaxMedium) return reallocate_moving(span->start, span->bytes, size);
  if (large::resize_in_place(span, size)) {
    if (profile::is_on()) profile::note_large(span, size);
    return span->start;
  }
  bool zeroed;
  void* fresh = allocate_large(size, kSliceSize, zeroed);
  if (!fresh) return nullptr;
  Descriptor* to = region::find(reinterpret_cast<uintptr_t>(fresh));
  return large::move(span, to, zeroed) ? fresh : nullptr;
}

}  // namespace

void* reallocate(void* block, size_t size, const void* caller) {
  if (!block) return allocate(size);
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(block));
  if (!slice) return is_wild("realloc", block, caller) ? nullptr : host::reallocate(block, size);
  size_t old_size = own_bytes(slice, block);
  if (old_size == 0) old_size = checked_bytes("realloc", slice, block, caller);
  if (old_size == kNoBlock) return nullptr;
  if (too_large(size)) return nullptr;
  if (slice->kind == SpanKind::Large && !in_the_middle()) return reallocate_large(slice, size);
  if (stays(old_size, size)) return block;
  return reallocate_moving(block, old_size, size);
}

size_t usable_size(const void* block) {
  if (!block) return 0;
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(block));
  if (!slice)
    return is_wild("malloc_usable_size", block, __builtin_return_address(0))
               ? 0
               : host::usable_size(block);
  size_t bytes = own_bytes(slice, block);
  if (bytes == 0)
    bytes = checked_bytes("malloc_usable_size", slice, block, __builtin_return_address(0));
  return bytes == kNoBlock ? 0 : bytes;
}

}  // namespace ox::heap
