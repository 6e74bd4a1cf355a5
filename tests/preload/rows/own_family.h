/* An allocator of the executable's own, exported as browsers do it: it takes from an array, counts,
 * and ends the program at a pointer that is not its own. Included once; OWN_ALIGNED adds the
 * aligned functions, without it the family is the partial one of many programs. With OWN_FORWARDS
 * its free hands what it does not know to libc's allocator, by the name that reaches past all
 * others. */
#pragma once

#include <errno.h>
#include <malloc.h>
#include <stdint.h>

#include "check.h"

#ifdef __cplusplus
#define OWN extern "C" __attribute__((visibility("default")))
#define OWN_THROW noexcept
#else
#define OWN_THROW
#define OWN __attribute__((visibility("default")))
#endif

enum { kOwnBytes = 64 << 20 };
static char own_heap[kOwnBytes] __attribute__((aligned(4096)));
static size_t own_used;
static long own_served, own_freed;

static int is_own(const void* block) {
  return (const char*)block >= own_heap && (const char*)block < own_heap + kOwnBytes;
}

static void* own_allocate(size_t alignment, size_t size) {
  const size_t start = (own_used + sizeof(size_t) + alignment - 1) / alignment * alignment;
  if (size > kOwnBytes || start + size > kOwnBytes) {
    errno = ENOMEM;
    return NULL;
  }
  own_used = start + size;
  memcpy(own_heap + start - sizeof(size_t), &size, sizeof size);
  __atomic_add_fetch(&own_served, 1, __ATOMIC_RELAXED);
  return own_heap + start;
}

OWN void* malloc(size_t size) OWN_THROW {
  return own_allocate(16, size);
}
OWN void* calloc(size_t count, size_t size) OWN_THROW {
  return own_allocate(16, count * size);
}
#ifdef OWN_FORWARDS
OWN void __libc_free(void* block);
#endif
OWN void free(void* block) OWN_THROW {
  if (!block) return;
#ifdef OWN_FORWARDS
  if (!is_own(block)) return __libc_free(block);
#endif
  check(is_own(block));
  __atomic_add_fetch(&own_freed, 1, __ATOMIC_RELAXED);
}
OWN void* realloc(void* block, size_t size) OWN_THROW {
  void* fresh = own_allocate(16, size);
  if (!block || !fresh) return fresh;
  check(is_own(block));
  size_t old;
  memcpy(&old, (char*)block - sizeof old, sizeof old);
  memcpy(fresh, block, old < size ? old : size);
  free(block);
  return fresh;
}

#ifdef OWN_ALIGNED
OWN void* memalign(size_t alignment, size_t size) OWN_THROW {
  return own_allocate(alignment, size);
}
OWN void* aligned_alloc(size_t alignment, size_t size) OWN_THROW {
  return own_allocate(alignment, size);
}
OWN int posix_memalign(void** result, size_t alignment, size_t size) OWN_THROW {
  *result = own_allocate(alignment, size);
  return *result ? 0 : ENOMEM;
}
#endif
