#include "heap/storage.h"

#include "base/bits.h"
#include "base/policy.h"
#include "heap/thread_heap.h"
#include "os/memory.h"
#include "span/span_heap.h"

namespace ox::storage {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kChunkBytes = size_t{64} << 10;
// For the first thread and its first blocks.
constexpr size_t kFirstBytes =
    align_up(sizeof(ThreadHeap), kAlignment) + align_up(sizeof(NurserySlice), kAlignment);

constinit struct {
  os::Lock lock;
  // Under the lock.
  char* chunk = nullptr;
  size_t used = 0, size = 0;  // of the chunk
  // Last, next to base/rare.h: a process with few blocks does not touch all of it.
  alignas(kAlignment) char first[kFirstBytes] = {};
} storage;

// Hardened: between inaccessible pages.
void* map_chunk() {
  if constexpr (!kHardened) return os::map(kChunkBytes);
  const size_t page = os::page_size();
  const auto reserved = reinterpret_cast<uintptr_t>(os::reserve(kChunkBytes + 3 * page));
  if (!reserved) return nullptr;
  auto* inside = reinterpret_cast<char*>(align_up(reserved, page) + page);
  return os::commit(inside, kChunkBytes) ? inside : nullptr;
}

// Where address space is used up, a slice of the heap's own.
char* new_chunk() {
  if (void* fresh = map_chunk()) return static_cast<char*>(fresh);
  static_assert(kChunkBytes <= kSliceSize);
  bool zeroed;
  Descriptor* span = span_heap::allocate(1, kSliceSize, zeroed);
  if (!span) return nullptr;
  if (!zeroed) __builtin_memset(span->start, 0, kChunkBytes);
  return span->start;
}

}  // namespace

void* allocate(size_t bytes) {
  bytes = align_up(bytes, kAlignment);
  os::Guard guard(storage.lock);
  if (storage.size - storage.used < bytes) {
    char* fresh = storage.chunk ? new_chunk() : storage.first;
    if (!fresh) return nullptr;
    storage.size = storage.chunk ? kChunkBytes : kFirstBytes;
    storage.chunk = fresh;
    storage.used = 0;
  }
  storage.used += bytes;
  return storage.chunk + storage.used - bytes;
}

os::Lock& lock() {
  return storage.lock;
}

}  // namespace ox::storage
