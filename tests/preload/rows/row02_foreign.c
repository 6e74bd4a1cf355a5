/* Frees, grows and measures pointers that the library did not give out.
 * Usage: row02_foreign first|later|stack|mapped */
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

void* __libc_malloc(size_t);
void* __libc_memalign(size_t, size_t);

static void foreign(size_t size) {
  unsigned char* block = __libc_malloc(size);
  check(block && malloc_usable_size(block) >= size);
  memset(block, 0x5a, size);
  block = realloc(block, 3 * size);
  check(block && malloc_usable_size(block) >= 3 * size);
  for (size_t i = 0; i < size; ++i) check(block[i] == 0x5a);
  block = reallocarray(block, 2, size);
  check(block);
  free(block);
  free(__libc_malloc(size));
  free(__libc_memalign(256, size));
  check(!realloc(__libc_malloc(size), 0));
}

int main(int argc, char** argv) {
  check(argc == 2);
  if (strcmp(argv[1], "first") == 0) { /* before the process's first malloc */
    foreign(100);
  } else if (strcmp(argv[1], "later") == 0) {
    void* own[1000];
    for (int i = 0; i < 1000; ++i) own[i] = malloc((size_t)i * 20);
    for (size_t size = 1; size < 3000000; size *= 3) foreign(size);
    for (int i = 0; i < 1000; ++i) free(own[i]);
  } else if (strcmp(argv[1], "stack") == 0) { /* libc's to judge */
    _Alignas(16) char stack[256] = {0};
    void* volatile pointer = stack + 64;
    free(pointer);
  } else {
    /* A block of an allocator that libc might have made: a chunk of its own mapping. */
    size_t* chunk = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(chunk != MAP_FAILED);
    chunk[1] = 8192 | 2; /* mapped chunk of 8192 bytes, as libc marks it */
    check(malloc_usable_size(chunk + 2) == 8192 - 2 * sizeof(size_t));
    free(chunk + 2);
  }
  return 0;
}
