// thread_churn THREADS: that many short threads, two at a time, each leaving blocks that the next
// one frees. Resident memory must not rise: exits with 1 if it does by more than 2 MiB after the
// first tenth.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEFT 20

static void* left[2][LEFT];

static void* live(void* slot) {
  void** blocks = slot;
  static const size_t sizes[] = {16, 100, 500, 1024, 3000, 20000, 50000};
  for (int i = 0; i < LEFT; ++i) {
    free(blocks[i]);
    size_t size = sizes[i % 7];
    blocks[i] = memset(malloc(size), i, size);
    free(memset(malloc(size), 1, size));
  }
  return NULL;
}

static long resident_kib(void) {
  long pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*d %ld", &pages) != 1) exit(3);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int count, char** arguments) {
  const long lives = count > 1 ? atol(arguments[1]) / 2 : 0;
  long early = 0;
  for (long i = 0; i < lives; ++i) {
    pthread_t threads[2];
    for (int k = 0; k < 2; ++k)
      if (pthread_create(&threads[k], NULL, live, left[k]) != 0) return 2;
    for (int k = 0; k < 2; ++k) pthread_join(threads[k], NULL);
    if (i == lives / 10) early = resident_kib();
  }
  const long late = resident_kib();
  printf("resident: %ld KiB after a tenth of the threads, %ld KiB after all\n", early, late);
  return late > early + 2048;
}
