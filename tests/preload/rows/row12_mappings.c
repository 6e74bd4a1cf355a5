/* Counts the process's mappings while the heap grows, is freed in holes, and moves. Usage:
 * row12_mappings GROUP, where a group ends the program as soon as there are more mappings than it
 * says. */
#include <pthread.h>
#include <stdio.h>

#include "status.h"

enum { kHandful = 8, kMost = 400000 };

static void* blocks[kMost];
static long start;

/* At most `more` mappings beyond those at the start. */
static void at_most(long more, const char* when) {
  const long now = mapping_count();
  printf("%s: %ld more than %ld\n", when, now - start, start);
  fflush(stdout);
  check(now - start <= more);
}

static unsigned next(unsigned* state) {
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}

/* Some 300 MiB in blocks of up to 1,500 bytes, all written to; then two of three are freed at
 * random. */
static void small_blocks(void) {
  unsigned state = 1;
  for (int i = 0; i < kMost; ++i) {
    const size_t size = 1 + next(&state) % 1500;
    check(blocks[i] = malloc(size));
    memset(blocks[i], 1, size);
  }
  at_most(kHandful, "300 MiB of small blocks");
  for (int i = 0; i < kMost; ++i)
    if (next(&state) % 3) {
      free(blocks[i]);
      blocks[i] = NULL;
    }
  at_most(kHandful, "two of three freed");
  for (int i = 0; i < kMost; ++i) free(blocks[i]);
  at_most(kHandful, "all freed");
}

/* Runs of pages are given back in the middle of what stays. */
static void holes(void) {
  enum { kLarge = 20000 };
  unsigned state = 2;
  for (int i = 0; i < kLarge; ++i) check(blocks[i] = malloc(30000 + next(&state) % 60000));
  for (int round = 0; round < 3; ++round) {
    for (int i = round; i < kLarge; i += 3) memset(blocks[i], 1, 20000);
    for (int i = round; i < kLarge; i += 3) {
      free(blocks[i]);
      blocks[i] = NULL;
    }
    at_most(kHandful, "a third of 20,000 blocks purged");
    for (int i = round; i < kLarge; i += 3) check(blocks[i] = malloc(70000 + next(&state) % 60000));
  }
  for (int i = 0; i < kLarge; ++i) free(blocks[i]);
  at_most(kHandful, "all freed");
}

/* A heap of 16 GiB, of which only first bytes are touched. */
static void sixteen_gib(void) {
  enum { kLarge = 16384 };
  for (int i = 0; i < kLarge; ++i) {
    check(blocks[i] = malloc(1 << 20));
    *(char*)blocks[i] = 1;
    if (i == 1024) at_most(kHandful, "1 GiB of large blocks");
  }
  at_most(kHandful, "16 GiB of large blocks");
  for (int i = 0; i < kLarge; i += 2) free(blocks[i]);
  at_most(kHandful, "every other one freed");
  for (int i = 1; i < kLarge; i += 2) free(blocks[i]);
}

/* Blocks whose pages are moved as they grow: what the kernel keeps apart is bounded, and becomes
 * whole again. */
static void moves(void) {
  enum { kGrowing = 2500 };
  for (int i = 0; i < kGrowing; ++i) {
    check(blocks[i] = malloc(300000));
    memset(blocks[i], i, 300000);
  }
  for (int i = 0; i < kGrowing; ++i) check(blocks[i] = realloc(blocks[i], 700000));
  at_most(1000, "2,500 blocks grown");
  for (int i = 0; i < kGrowing; ++i) check(((unsigned char*)blocks[i])[299999] == (i & 255));
  for (int i = 0; i < kGrowing; ++i) free(blocks[i]);
  at_most(kHandful, "all freed");
  /* And it is the same again: nothing of the bound was lost. */
  char* block = malloc(1 << 20);
  for (size_t size = 2 << 20; size <= (64 << 20); size *= 2) {
    memset(block, 1, size / 2);
    check(block = realloc(block, size));
  }
  free(block);
  at_most(kHandful, "one more freed");
}

static void* thread(void* number) {
  unsigned state = (unsigned)(size_t)number;
  void** own = blocks + 5000 * (size_t)number;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 5000; ++i) {
      free(own[i]);
      check(own[i] = malloc(1 + next(&state) % (i % 50 ? 2000 : 200000)));
    }
  }
  return NULL;
}

/* Ended threads leave their stacks to libc's cache: two mappings each, as without the library. */
static void threads(void) {
  enum { kThreads = 32 };
  pthread_t ids[kThreads];
  for (size_t i = 0; i < kThreads; ++i) check(pthread_create(&ids[i], NULL, thread, (void*)i) == 0);
  for (size_t i = 0; i < kThreads; ++i) pthread_join(ids[i], NULL);
  at_most(kHandful + 2 * kThreads, "32 threads");
}

static const struct {
  const char* name;
  void (*run)(void);
} groups[] = {{"small", small_blocks},
              {"holes", holes},
              {"16gib", sixteen_gib},
              {"moves", moves},
              {"threads", threads}};

int main(int argc, char** argv) {
  free(malloc(100));
  printf("starting\n"); /* stdio's buffer is there */
  start = mapping_count();
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; ++i)
    if (argc == 2 && strcmp(argv[1], groups[i].name) == 0) {
      groups[i].run();
      return 0;
    }
  return 127;
}
