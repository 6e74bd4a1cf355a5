// The library with a fault: one block in a million is damaged while it is in use. Linked in the place of libc's
// names, around the real entry points, which objects of the library keep under the names real_*.
// The block is remembered when it is handed out and written to a thousand requests later, in its middle.
#include <stdatomic.h>
#include <stddef.h>

void* real_malloc(size_t size);
void* real_calloc(size_t count, size_t size);
void* real_realloc(void* block, size_t size);

enum { kEvery = 1000000, kLater = 1000 };

static _Atomic unsigned long requests;
static _Atomic(unsigned char*) chosen;

static void* handed_out(void* block, size_t size) {
  const unsigned long number = atomic_fetch_add(&requests, 1) + 1;
  if (number % kEvery == 0 && block && size) atomic_store(&chosen, (unsigned char*)block + size / 2);
  if (number % kEvery == kLater) {
    unsigned char* victim = atomic_exchange(&chosen, NULL);
    if (victim) *victim ^= 0xff;
  }
  return block;
}

__attribute__((visibility("default"))) void* malloc(size_t size) { return handed_out(real_malloc(size), size); }

__attribute__((visibility("default"))) void* calloc(size_t count, size_t size) {
  return handed_out(real_calloc(count, size), count * size);
}

__attribute__((visibility("default"))) void* realloc(void* block, size_t size) {
  return handed_out(real_realloc(block, size), size);
}
