/* Page faults, which on the hardened library are most of what a fresh block costs.
 *   faults fresh     one per page of blocks that no memory was behind before, and few more
 *   faults threads   few in a thread that needs no more memory than the one before it
 *   faults growing   one per page of a block that doubles again and again: it is not copied
 * Exits with 1, and says the figure, if there are more. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static long faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

enum { kBlocks = 4000, kBytes = 4000, kThreads = 200, kThreadBlocks = 100, kPage = 4096 };

static void* use(void* unused) {
  char* blocks[kThreadBlocks];
  for (int i = 0; i < kThreadBlocks; ++i) memset(blocks[i] = malloc(kBytes), 1, kBytes);
  for (int i = 0; i < kThreadBlocks; ++i) free(blocks[i]);
  return unused;
}

static void in_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, use, NULL) || pthread_join(thread, NULL)) exit(2);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  static char* blocks[kBlocks];
  long most;
  long before;
  if (strcmp(argv[1], "fresh") == 0) {
    most = (long)kBlocks * kBytes / kPage * 5 / 4;
    before = faults();
    for (int i = 0; i < kBlocks; ++i) memset(blocks[i] = malloc(kBytes), 1, kBytes);
  } else if (strcmp(argv[1], "growing") == 0) {
    const size_t end = (size_t)64 << 20;
    most = (long)(end / kPage * 5 / 4);
    before = faults();
    char* block = NULL;
    for (size_t had = 0, size = kPage; size <= end; had = size, size *= 2) {
      block = realloc(block, size);
      memset(block + had, 1, size - had);
    }
  } else {
    most = (long)kThreads * 20;
    for (int i = 0; i < 10; ++i) in_thread();
    before = faults();
    for (int i = 0; i < kThreads; ++i) in_thread();
  }
  const long taken = faults() - before;
  printf("%ld page faults, %ld at most\n", taken, most);
  return taken > most;
}
