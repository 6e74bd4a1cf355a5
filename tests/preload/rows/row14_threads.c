/* Threads that end. Usage: row14_threads GROUP [COUNT]
 *
 *   short        COUNT threads, some at a time: each allocates in all sizes, frees some, and leaves
 *                some to others
 *   destructors  keys made before and after the library's own: their destructors free and allocate
 *                in all four rounds, thus also after the thread's heap has gone
 *   freers       threads that never allocate, but free what one thread made
 *   relay        each thread allocates, hands over to the next one and ends: the blocks outlive all
 *                of them
 *   small_stack  every call on stacks of 64 KiB, whose depth is then measured
 *   unseen       threads that the kernel alone sees end, and one after each at the same address,
 *                whose first call frees
 *
 * A group's resident memory must be flat: not more after all threads than after the first tenth. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "status.h"

enum { kKeys = 6, kAtOnce = 4, kLeft = 16, kFlatKib = 3072 };

static const size_t sizes[] = {16, 40, 100, 500, 1024, 3000, 20000, 40000, 100000};
enum { kSizes = sizeof sizes / sizeof *sizes };

static pthread_key_t before[kKeys], after[kKeys];
static void* left[kAtOnce][kLeft];
static long early;

static void* filled(size_t size) {
  void* block = malloc(size);
  check(block);
  return memset(block, 7, size);
}

static void note(long number, long count) {
  if (number == count / 10) early = status_kib("RssAnon");
}
static void check_flat(const char* what) {
  const long late = status_kib("RssAnon");
  printf("%s: %ld KiB after a tenth, %ld KiB after all\n", what, early, late);
  fflush(stdout);
  check(late <= early + kFlatKib);
}

static void* short_life(void* slot) {
  void** theirs = slot; /* the blocks of the thread before */
  for (int i = 0; i < kLeft; ++i) {
    free(theirs[i]);
    theirs[i] = filled(sizes[i % kSizes]);
    free(filled(sizes[(i + 3) % kSizes]));
  }
  return NULL;
}

static void short_threads(long count) {
  for (long i = 0; i < count / kAtOnce; ++i) {
    pthread_t threads[kAtOnce];
    for (int k = 0; k < kAtOnce; ++k)
      check(pthread_create(&threads[k], NULL, short_life, left[k]) == 0);
    for (int k = 0; k < kAtOnce; ++k) pthread_join(threads[k], NULL);
    note(i, count / kAtOnce);
  }
  check_flat("short threads");
}

/* Called by pthread for as many rounds as it will go; the last block is freed here, none is left.
 */
static void on_end(void* value) {
  size_t* block = value;
  const size_t round = block[0], key = block[1];
  free(block);
  free(filled(sizes[round % kSizes]));
  if (round == 3) return;
  block = realloc(calloc(1, 200), 700 + round * 9000);
  check(block && malloc_usable_size(block) >= 700);
  block[0] = round + 1;
  block[1] = key;
  check(pthread_setspecific((pthread_key_t)key, block) == 0);
}

static void set_keys(const pthread_key_t* keys) {
  for (int i = 0; i < kKeys; ++i) {
    size_t* block = filled(300);
    block[0] = 0;
    block[1] = keys[i];
    check(pthread_setspecific(keys[i], block) == 0);
  }
}
static void make_keys(pthread_key_t* keys) {
  for (int i = 0; i < kKeys; ++i) check(pthread_key_create(&keys[i], on_end) == 0);
}

static void* with_destructors(void* unused) {
  set_keys(before);
  set_keys(after);
  check(strerror(100000 + (int)pthread_self() % 1000)); /* libc's own: freed at the very end */
  return unused;
}
static void* first_in_destructor(void* unused) { /* its first request comes when all is over */
  check(pthread_setspecific(after[0], unused) == 0);
  return NULL;
}

static void destructors(long count) {
  make_keys(after);
  for (long i = 0; i < count; ++i) {
    pthread_t thread;
    size_t* block = filled(300);
    block[0] = 0;
    block[1] = after[0];
    check(pthread_create(&thread, NULL, i % 4 ? with_destructors : first_in_destructor, block) ==
          0);
    pthread_join(thread, NULL);
    if (i % 4) free(block);
    note(i, count);
  }
  check_flat("destructors");
}

static void* only_free(void* blocks) {
  for (int i = 0; i < 500; ++i) free(((void**)blocks)[i]);
  return NULL;
}
static void freers(long count) {
  for (long i = 0; i < count; ++i) {
    void* blocks[500];
    for (int k = 0; k < 500; ++k) blocks[k] = filled(sizes[k % 7]);
    pthread_t thread;
    check(pthread_create(&thread, NULL, only_free, blocks) == 0);
    pthread_join(thread, NULL);
    note(i, count);
  }
  check_flat("threads that only free");
}

enum { kCarried = 20000 };
static void* carried[kCarried];
static void* carry(void* seed) {
  size_t random = (size_t)seed;
  for (int i = 0; i < kCarried; i += 2) { /* half of what is there, of all threads before */
    random = random * 6364136223846793005u + 1442695040888963407u;
    void** slot = &carried[(random >> 33) % kCarried];
    free(*slot);
    *slot = filled(sizes[(random >> 20) % 6]);
  }
  return NULL;
}
static void relay(long count) {
  for (long i = 0; i < count; ++i) {
    pthread_t thread;
    check(pthread_create(&thread, NULL, carry, (void*)i) == 0);
    pthread_join(thread, NULL);
    note(i < count / 10 ? 0 : i, count);
  }
  const long late = status_kib("RssAnon");
  size_t live = 0;
  for (int i = 0; i < kCarried; ++i) live += carried[i] ? malloc_usable_size(carried[i]) >> 4 : 0;
  printf("relay: %ld KiB after a tenth, %ld KiB after all, %zu KiB in blocks\n", early, late,
         live >> 6);
  check(late <= early + early / 5 + kFlatKib); /* the set of blocks changes, its size hardly */
}

/* What of the stack is not touched keeps its pattern. */
enum { kStack = 64 << 10 };
static _Alignas(4096) unsigned char stack[kStack];
static void* everything(void* unused) {
  void* blocks[40];
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < 40; ++i) check(blocks[i] = malloc((size_t)1 << i % 21));
    for (size_t i = 0; i < 40; i += 2) check(blocks[i] = realloc(blocks[i], (size_t)3 << i % 19));
    for (size_t i = 0; i < 40; ++i) free(blocks[i]);
    free(calloc(1000, 1000));
    free(memalign(1 << 16, 100));
    (void)mallinfo2();
    malloc_trim(0);
  }
  set_keys(before);
  return unused;
}
static void small_stack(long count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  check(pthread_attr_setstacksize(&attributes, kStack) == 0); /* with guard page and libc's part */
  for (long i = 0; i < count; ++i) {
    pthread_t thread;
    check(pthread_create(&thread, &attributes, everything, NULL) == 0);
    pthread_join(thread, NULL);
  }
  memset(stack, 0xd5, sizeof stack);
  check(pthread_attr_setstack(&attributes, stack, kStack) == 0);
  pthread_t thread;
  check(pthread_create(&thread, &attributes, everything, NULL) == 0);
  pthread_join(thread, NULL);
  size_t untouched = 0;
  while (stack[untouched] == 0xd5) ++untouched;
  printf("64 KiB of stack, %zu bytes untouched\n", untouched);
  check(untouched >= kStack / 2);
}

enum { kMany = 2000 };
static void* many[kMany];

/* No destructor runs, nor anything else: the heap stays as it is. */
static void* end_unseen(void* unused) {
  for (size_t i = 0; i < kMany; ++i) many[i] = filled(sizes[i % kSizes]);
  syscall(SYS_exit, 0);
  return unused;
}
static void* free_first(void* unused) {
  for (size_t i = 0; i < kMany; ++i) free(many[i]);
  for (int i = 0; i < kLeft; ++i) free(filled(sizes[i % kSizes]));
  return unused;
}
static void unseen(long count) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  check(pthread_attr_setstack(&attributes, stack, kStack) == 0);
  void* (*const turns[])(void*) = {end_unseen, free_first};
  for (long i = 0; i < count; ++i) {
    pthread_t thread;
    check(pthread_create(&thread, &attributes, turns[i % 2], NULL) == 0);
    pthread_join(thread, NULL);
    if (i % 2) note(i / 2, count / 2);
  }
  check_flat("threads whose end is not seen");
}

/* Keys that come before the library's: it makes its own at the first request, or when it is loaded.
 */
__attribute__((constructor)) static void on_start(void) {
  make_keys(before);
}

int main(int argc, char** argv) {
  check(argc == 3);
  static const struct {
    const char* name;
    void (*run)(long);
  } groups[] = {{"short", short_threads}, {"destructors", destructors}, {"freers", freers},
                {"relay", relay},         {"small_stack", small_stack}, {"unseen", unseen}};
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; ++i)
    if (strcmp(argv[1], groups[i].name) == 0) {
      groups[i].run(atol(argv[2]));
      return 0;
    }
  return 127;
}
