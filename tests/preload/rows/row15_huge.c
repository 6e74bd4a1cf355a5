/* Resident memory with and without transparent huge pages. Usage: row15_huge always|never GROUP
 *   always   the library's reservation is marked MADV_HUGEPAGE as a whole: the kernel then treats
 * it as it treats all memory where transparent_hugepage/enabled is "always" never    the process
 * has no huge pages threads  100 threads that each keep some 100 blocks of many sizes, and wait
 *   shrink   100 MiB in blocks of all sizes, of which a random tenth stays
 * Prints "RSS KiB", of anonymous memory, and "HUGE KiB" of it in huge pages. */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "status.h"

enum { kThreads = 100, kMost = 200000 };

static pthread_barrier_t ready, end;
static void* blocks[kMost];

/* The mappings without a gap around the block: what was reserved at once. */
static void mark_reservation(void* block) {
  FILE* maps = fopen("/proc/self/maps", "r");
  check(maps);
  unsigned long start, stop, inode, from = 0, to = 0;
  char line[512];
  int found = 0;
  while (fgets(line, sizeof line, maps)) {
    check(sscanf(line, "%lx-%lx %*s %*s %*s %lu", &start, &stop, &inode) == 3);
    if (inode != 0 || start != to || strchr(line, '[')) {
      if (found) break;
      from = start;
    }
    if (inode == 0 && !strchr(line, '[')) to = stop;
    found |= (uintptr_t)block >= start && (uintptr_t)block < stop;
  }
  fclose(maps);
  check(found && to - from >= (256ul << 20));
  check(madvise((void*)from, to - from, MADV_HUGEPAGE) == 0);
}

static long huge_kib(void) {
  FILE* file = fopen("/proc/self/smaps_rollup", "r");
  if (!file) return -1;
  char line[256];
  long huge = -1;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "AnonHugePages: %ld", &huge) == 1) break;
  fclose(file);
  return huge;
}

static unsigned next(unsigned* state) {
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}

static size_t random_size(unsigned* state) {
  const unsigned kind = next(state) % 100, r = next(state);
  return kind < 80 ? 1 + r % 500 : kind < 97 ? 1 + r % 4000 : 1 + r % 40000;
}

static void* thread(void* number) {
  unsigned state = (unsigned)(uintptr_t)number;
  for (int i = 0; i < 300; ++i) {
    const size_t size = random_size(&state);
    char* block = memset(malloc(size), 1, size);
    if (i % 3) free(block);
  }
  pthread_barrier_wait(&ready);
  pthread_barrier_wait(&end);
  return NULL;
}

static void threads(void) {
  pthread_barrier_init(&ready, NULL, kThreads + 1);
  pthread_barrier_init(&end, NULL, kThreads + 1);
  for (uintptr_t i = 0; i < kThreads; ++i) {
    pthread_t id;
    check(pthread_create(&id, NULL, thread, (void*)i) == 0);
  }
  pthread_barrier_wait(&ready);
}

static void shrink(void) {
  unsigned state = 7;
  size_t sum = 0;
  int count = 0;
  for (; sum < (100 << 20) && count < kMost; ++count) {
    const size_t size = random_size(&state);
    blocks[count] = memset(malloc(size), 1, size);
    sum += size;
  }
  printf("%ld at the most, ", status_kib("RssAnon"));
  for (int i = 0; i < count; ++i)
    if (i % 20000 >= 2000) free(blocks[i]);
}

int main(int argc, char** argv) {
  check(argc == 3);
  const int always = strcmp(argv[1], "always") == 0;
  free(malloc(
      256 << 20)); /* accessible from now on, and given back: what grows later may lose the mark */
  if (always)
    mark_reservation(malloc(100));
  else
    check(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0);
  if (strcmp(argv[2], "threads") == 0)
    threads();
  else
    shrink();
  printf("RSS %ld HUGE %ld\n", status_kib("RssAnon"), huge_kib());
  fflush(stdout);
  _exit(0);
}
