/* Takes all the memory that a limit leaves, twice for each of some sizes, and goes on.
 * Usage: row11_exhaust LEAST_MIB MOST_MIB THREADS: what must be had, where to stop, and how many
 * threads start then, in memory that the program set aside for their stacks. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include "check.h"

struct link {
  struct link* next;
};

/* Returns the MiB that could be had of blocks of `size`, all written to. */
static size_t exhaust(size_t size, size_t most) {
  struct link* first = NULL;
  size_t bytes = 0;
  while (bytes < most << 20) {
    errno = 0;
    struct link* block = malloc(size);
    if (!block) {
      check(errno == ENOMEM);
      break;
    }
    memset(block, 0x11, size);
    block->next = first;
    first = block;
    bytes += size;
  }
  if (bytes < most << 20) { /* refusals leave all as it was */
    errno = 0;
    check(!calloc(64, 1 << 20) && errno == ENOMEM);
    void* kept = first;
    errno = 0;
    check(!realloc(kept, (size_t)64 << 20) && errno == ENOMEM);
    for (size_t i = sizeof *first; i < size; ++i) check(((unsigned char*)kept)[i] == 0x11);
    void* aligned = &aligned;
    check(posix_memalign(&aligned, 1 << 16, 64 << 20) == ENOMEM && aligned == (void*)&aligned);
  }
  for (struct link* next; first; first = next) {
    next = first->next;
    free(first);
  }
  return bytes >> 20;
}

static void* small_thread(void* unused) {
  (void)unused;
  char* block = malloc(3000);
  check(block);
  return block;
}

int main(int argc, char** argv) {
  check(argc == 4);
  const size_t least = (size_t)atol(argv[1]), most = (size_t)atol(argv[2]);
  static const size_t sizes[] = {100, 1000, 5000, 30000, 64000, 1000000};
  for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; ++i)
    for (int round = 0; round < 2; ++round) {
      const size_t got = exhaust(sizes[i], most);
      printf("%zu-byte blocks: %zu MiB\n", sizes[i], got);
      fflush(stdout);
      check(got >= least);
    }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  static _Alignas(4096) char stack[64 << 10];
  pthread_attr_setstack(&attributes, stack, sizeof stack);
  for (int i = 0; i < atoi(argv[3]); ++i) {
    pthread_t thread;
    void* block;
    check(pthread_create(&thread, &attributes, small_thread, NULL) == 0);
    pthread_join(thread, &block);
    free(block);
  }
  return 0;
}
