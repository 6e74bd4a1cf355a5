/* A heavy use of the allocator by several threads that needs nothing else of the system: every size
 * group, growth, purges, moves of large blocks, frees by other threads, and full content checks.
 *
 *   start_workload(threads)   creates the threads and waits until all of them wait
 *   run_workload(rounds)      all work, the caller among them; blocks until each is done
 *   end_workload()            lets the threads end and joins them */
#pragma once

#include <malloc.h>
#include <pthread.h>
#include <stdint.h>

#include "check.h"

#ifndef MOST_GROWN
#define MOST_GROWN (8 << 20) /* what blocks grow to at the most */
#endif

enum { kMostThreads = 16, kSlots = 1500 };

struct block {
  unsigned char* start;
  size_t size;
  unsigned char fill;
};

static struct {
  int threads;
  int rounds; /* 0: end */
  pthread_barrier_t go, done;
  pthread_t ids[kMostThreads];
  /* A block that one thread leaves for the next one to free. */
  void* exchange[256];
} workload;

static unsigned next_random(unsigned* state) {
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}

static size_t random_size(unsigned* state) {
  const unsigned kind = next_random(state) % 100, r = next_random(state);
  if (kind < 60) return 1 + r % 512;
  if (kind < 85) return 1 + r % 4096;
  if (kind < 96) return 1 + r % (48 << 10);
  if (kind < 99) return 1 + r % (512 << 10);
  return 1 + r % (3 << 20);
}

/* Fills the ends and one byte in each page: enough to show a wrong or missing page. */
static void fill(struct block* b) {
  for (size_t i = 0; i < b->size; i += 1024) b->start[i] = b->fill;
  b->start[b->size - 1] = b->fill;
}
static void verify(const struct block* b, size_t size) {
  for (size_t i = 0; i < size; i += 1024) check(b->start[i] == b->fill);
}

static void allocate_block(struct block* b, unsigned* state) {
  const unsigned way = next_random(state) % 8;
  b->size = random_size(state);
  b->fill = (unsigned char)(next_random(state) | 1);
  if (way == 0) {
    b->start = calloc(1, b->size);
    check(b->start);
    for (size_t i = 0; i < b->size; i += 64) check(b->start[i] == 0);
  } else if (way == 1) {
    const size_t alignment = (size_t)16 << next_random(state) % 10;
    check(posix_memalign((void**)&b->start, alignment, b->size) == 0);
    check((uintptr_t)b->start % alignment == 0);
  } else {
    b->start = malloc(b->size);
    check(b->start);
  }
  check(malloc_usable_size(b->start) >= b->size);
  fill(b);
}

static void free_block(struct block* b) {
  verify(b, b->size);
  free(b->start);
  b->start = NULL;
}

static void grow_block(struct block* b, unsigned* state) {
  const size_t size = next_random(state) % 2 ? b->size * 2 : b->size / 2 + 1;
  if (size > MOST_GROWN) return;
  unsigned char* moved = realloc(b->start, size);
  check(moved);
  b->start = moved;
  verify(b, size < b->size ? size : b->size);
  b->size = size;
  fill(b);
}

static void pass_on(struct block* b, unsigned* state) {
  verify(b, b->size);
  void* other =
      __atomic_exchange_n(&workload.exchange[next_random(state) % 256], b->start, __ATOMIC_ACQ_REL);
  b->start = NULL;
  free(other);
}

static void work(unsigned seed, int rounds) {
  static __thread struct block blocks[kSlots];
  unsigned state = seed * 2654435761u + 1;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < 4 * kSlots; ++i) {
      struct block* b = &blocks[next_random(&state) % kSlots];
      const unsigned what = next_random(&state) % 8;
      if (!b->start)
        allocate_block(b, &state);
      else if (what == 0)
        grow_block(b, &state);
      else if (what == 1)
        pass_on(b, &state);
      else
        free_block(b);
    }
    /* Back to nothing, so that memory is given back, then grown into again. */
    for (int i = 0; i < kSlots; ++i)
      if (blocks[i].start) free_block(&blocks[i]);
    if (round % 2) malloc_trim(0);
  }
}

/* Large blocks, which all threads get from one place, with new memory at every round: somebody
 * waits. */
static void contend(void) {
  enum { kLarge = 24 };
  void* blocks[kLarge];
  for (int round = 0; round < 60; ++round) {
    for (size_t i = 0; i < kLarge; ++i) {
      check(blocks[i] = malloc(70000 + i * 40000));
      *(char*)blocks[i] = 1;
    }
    for (int i = 0; i < kLarge; ++i) free(blocks[i]);
    if (round % 8 == 0) malloc_trim(0);
  }
}

static void free_list(void** first) {
  for (void** next; first; first = next) {
    next = *first;
    free(first);
  }
}

/* Slabs that other threads empty, and give back, while their owner takes blocks again: it waits for
 * them. */
static void hand_over(int self) {
  enum { kBlocks = 8000, kBytes = 1000, kTurns = 12 };
  static void* handed[kMostThreads + 1];
  for (int turn = 0; turn < kTurns; ++turn) {
    void** first = NULL;
    for (int i = 0; i < kBlocks; ++i) {
      void** block = malloc(kBytes);
      check(block);
      *block = first;
      first = block;
    }
    free_list(
        __atomic_exchange_n(&handed[(self + 1) % (workload.threads + 1)], first, __ATOMIC_ACQ_REL));
    free_list(__atomic_exchange_n(&handed[self], NULL, __ATOMIC_ACQ_REL));
  }
}

static void* workload_thread(void* number) {
  pthread_barrier_wait(&workload.done); /* what libc does at a thread's start is over */
  for (;;) {
    pthread_barrier_wait(&workload.go);
    if (workload.rounds == 0) return NULL;
    work((unsigned)(uintptr_t)number, workload.rounds);
    contend();
    hand_over((int)(uintptr_t)number);
    pthread_barrier_wait(&workload.done);
  }
}

static void start_workload(int threads) {
  workload.threads = threads;
  pthread_barrier_init(&workload.go, NULL, (unsigned)threads + 1);
  pthread_barrier_init(&workload.done, NULL, (unsigned)threads + 1);
  for (int i = 0; i < threads; ++i)
    check(pthread_create(&workload.ids[i], NULL, workload_thread, (void*)(uintptr_t)(i + 1)) == 0);
  pthread_barrier_wait(&workload.done);
}

static void run_workload(int rounds) {
  workload.rounds = rounds;
  pthread_barrier_wait(&workload.go);
  work(0, rounds);
  contend();
  hand_over(0);
  pthread_barrier_wait(&workload.done);
}

static void end_workload(void) {
  workload.rounds = 0;
  pthread_barrier_wait(&workload.go);
  for (int i = 0; i < workload.threads; ++i) pthread_join(workload.ids[i], NULL);
  for (int i = 0; i < 256; ++i) free(workload.exchange[i]);
}
