/* One bug per argument, for a checker to find; "none" has none. */
#include <pthread.h>
#include <stdio.h>

#include "check.h"

static int shared;

static void* racer(void* unused) {
  for (int i = 0; i < 1000; ++i) ++shared;
  return unused;
}

__attribute__((noinline)) static void use(volatile char* block, long at) {
  block[at] = 1;
}

int main(int argc, char** argv) {
  check(argc == 2);
  const char* bug = argv[1];
  char* block = malloc(100);
  char* grown = realloc(malloc(10), 5000);
  void* aligned = NULL;
  check(block && grown && posix_memalign(&aligned, 256, 1000) == 0);
  char* zeroed = calloc(100, 10);
  for (int i = 0; i < 1000; ++i) check(zeroed[i] == 0);
  free(grown);
  free(aligned);
  free(zeroed);
  if (strcmp(bug, "overflow") == 0) use(block, 100);
  if (strcmp(bug, "race") == 0) {
    pthread_t threads[2];
    for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, racer, NULL);
    for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  }
  if (strcmp(bug, "uninitialised") == 0 && block[7]) puts("set");
  if (strcmp(bug, "leak") == 0) block = malloc(16);
  free(block);
  if (strcmp(bug, "use") == 0) use(block, 3);
  if (strcmp(bug, "twice") == 0) free(block);
  puts("ended");
  fflush(stdout);
  return shared == 12345;
}
