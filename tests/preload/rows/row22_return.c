/* Memory that a program frees goes back while it runs.
 *
 *   row22_return SIZE by_self|by_other|realloc|mixed|survivors|rounds [LEFT]
 *
 * Takes 200 MiB in blocks of SIZE bytes, writes to all of it, frees it, and does nothing else: no
 * malloc_trim. by_self: the thread that allocated frees. by_other: another one does, and the first
 * sleeps. realloc: each block is cut to a 64th. mixed: runs of blocks stay, a tenth of all.
 * survivors: every 64th block stays. rounds: it takes and frees all three times, from which the
 * allocator may learn to keep LEFT MiB, 64 where not said.
 *
 * Ends with an error unless resident memory, as users see it, has fallen to what is in use and a
 * small share more. No lazy advice: with MADV_FREE the figure would stay. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum { kBytes = 200 << 20, kMost = 4 << 20, kRounds = 3 };

static char* blocks[kMost];
static size_t size, count;

static void take_all(void) {
  for (size_t i = 0; i < count; ++i) {
    check(blocks[i] = malloc(size));
    memset(blocks[i], 1, size);
  }
}

static void* free_all(void* unused) {
  for (size_t i = 0; i < count; ++i) free(blocks[i]);
  return unused;
}

int main(int argc, char** argv) {
  check(argc >= 3);
  size = (size_t)atol(argv[1]);
  count = kBytes / size;
  memset(blocks, 0, count * sizeof *blocks + 1); /* resident from now on */
  free(malloc(1));
  const long before = status_kib("VmRSS");
  take_all();
  const long full = status_kib("VmRSS");
  check(full - before >= (long)(count * size >> 10));
  long left = 0;
  if (strcmp(argv[2], "by_other") == 0) {
    pthread_t thread;
    check(pthread_create(&thread, NULL, free_all, NULL) == 0);
    pthread_join(thread, NULL);
  } else if (strcmp(argv[2], "realloc") == 0) {
    for (size_t i = 0; i < count; ++i) check(blocks[i] = realloc(blocks[i], size / 64));
    left = kBytes / 64 >> 10;
  } else if (strcmp(argv[2], "mixed") == 0) {
    /* In runs, as a data structure would that goes; single blocks hold their pages on any
     * allocator. */
    for (size_t i = 0; i < count; ++i)
      if (i % 10000 >= 1000) free(blocks[i]);
    left = 2 * (kBytes / 10) >> 10; /* a run's ends share their slab with others */
  } else if (strcmp(argv[2], "survivors") == 0) {
    for (size_t i = 0; i < count; ++i)
      if (i % 64 != 0) free(blocks[i]);
    left = kBytes / 2 >> 10; /* what was freed last is not looked for any more */
  } else if (strcmp(argv[2], "rounds") == 0) {
    for (int round = 1; round < kRounds; ++round) {
      free_all(NULL);
      take_all();
    }
    free_all(NULL);
    left = (argc > 3 ? atol(argv[3]) : 64) << 10;
  } else {
    free_all(NULL);
  }
  const long after = status_kib("VmRSS");
  printf("%s-byte blocks, %s: %ld KiB before, %ld with all, %ld after\n", argv[1], argv[2], before,
         full, after);
  check(after - before <= left + left / 4 + (14 << 10));
  return 0;
}
