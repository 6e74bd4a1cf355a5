/* All memory locked, present and future. Usage: row13_mlockall late|early
 *   late   locked when the heap is in use
 *   early  locked before the heap's first request */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "status.h"

enum { kBlocks = 64, kBlockBytes = 1 << 20, kMiB = 1024 };

static void* blocks[kBlocks];

static void lock_all(void) {
  const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  check(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
}

/* Fills blocks of one size, frees them, and asks for zeroed ones. */
static void reuse(size_t size, int count) {
  static void* some[4096];
  for (int i = 0; i < count; ++i) memset(some[i] = malloc(size), 0xa5, size);
  for (int i = 0; i < count; ++i) free(some[i]);
  for (int i = 0; i < count; ++i) {
    unsigned char* bytes = some[i] = calloc(1, size);
    check(bytes);
    for (size_t at = 0; at < size; ++at) check(bytes[at] == 0);
  }
  for (int i = 0; i < count; ++i) free(some[i]);
}

int main(int argc, char** argv) {
  check(argc == 2);
  if (strcmp(argv[1], "late") == 0) {
    void* warm[100];
    for (int i = 0; i < 100; ++i) warm[i] = malloc((size_t)i * 100 + 1);
    for (int i = 0; i < 100; ++i) free(warm[i]);
  }
  const long before = status_kib("VmRSS");
  lock_all();
  const long locked = status_kib("VmRSS");
  for (int i = 0; i < 100; ++i) blocks[i % kBlocks] = malloc((size_t)i * 50 + 1);
  const long small = status_kib("VmRSS");

  for (int i = 0; i < kBlocks; ++i) check(blocks[i] = malloc(kBlockBytes));
  const long large = status_kib("VmRSS");
  for (int i = 0; i < kBlocks; ++i) memset(blocks[i], 0xa5, kBlockBytes);
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  reuse(kBlockBytes, kBlocks);
  reuse(200 << 10, 100);
  reuse(20 << 10, 1000);
  reuse(500, 4000);
  const long reused = status_kib("VmRSS");

  /* One block that grows: its pages move, and what they leave is locked memory again. */
  unsigned char* growing = malloc(1);
  for (size_t size = 2; size <= (32u << 20); size *= 2) {
    check(growing = realloc(growing, size));
    memset(growing + size / 2, 0x77, size / 2);
    for (size_t at = size / 2; at > 1; at /= 2) check(growing[at] == 0x77);
  }
  free(growing);
  const long grown = status_kib("VmRSS");

  printf("KiB: %ld unlocked, %ld locked, %ld small, %ld large, %ld reused, %ld grown\n", before,
         locked, small, large, reused, grown);
  return 0;
}
