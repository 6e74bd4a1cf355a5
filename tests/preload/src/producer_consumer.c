// Producers allocate, consumers free; every block is checked on the way. Exits with 1 if a block
// came changed, or if resident memory rose though what is in use stays the same.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 4096
#define PAIRS 3
#define ROUNDS 300000

static _Atomic(unsigned char*) slots[PAIRS][SLOTS];
static atomic_int wrong;

static size_t size_at(size_t i) {
  const size_t draw = i * 2654435761u % 1000;
  return draw < 900 ? 16 + draw : draw < 995 ? 16 * draw : 60000;
}

static void* produce(void* argument) {
  _Atomic(unsigned char*)* ring = argument;
  for (size_t i = 0; i < ROUNDS; ++i) {
    const size_t size = size_at(i);
    unsigned char* block = malloc(size);
    block[0] = block[size - 1] = (unsigned char)i;
    while (atomic_load(&ring[i % SLOTS])) usleep(10);
    atomic_store(&ring[i % SLOTS], block);
  }
  return NULL;
}

static void* consume(void* argument) {
  _Atomic(unsigned char*)* ring = argument;
  for (size_t i = 0; i < ROUNDS; ++i) {
    unsigned char* block;
    while (!(block = atomic_load(&ring[i % SLOTS]))) usleep(10);
    if (block[0] != (unsigned char)i || block[size_at(i) - 1] != (unsigned char)i) wrong = 1;
    free(block);
    atomic_store(&ring[i % SLOTS], NULL);
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

int main(void) {
  long first = 0;
  for (int round = 0; round < 6; ++round) {
    pthread_t threads[2 * PAIRS];
    for (int i = 0; i < 2 * PAIRS; ++i)
      if (pthread_create(&threads[i], NULL, i % 2 ? consume : produce, slots[i / 2]) != 0) return 2;
    for (int i = 0; i < 2 * PAIRS; ++i) pthread_join(threads[i], NULL);
    if (round == 0) first = resident_kib();
  }
  const long last = resident_kib();
  printf("resident: %ld KiB after the first round, %ld KiB after the last\n", first, last);
  if (wrong) puts("a block came changed");
  /* Of what is used again in every round, up to 34 MiB of free spans and 4.5 of slabs stay; a round
   * moves more than a gigabyte. */
  return wrong || last > first + 39 * 1024;
}
