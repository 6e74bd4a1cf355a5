/* What the calls of the malloc family return, and what they leave in errno. Usage: row09_values
 * GROUP. Passes on libc's allocator too. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "check.h"

enum { kUntouched = 4711 };

/* Hidden from the compiler, which warns of what is tried here. */
static size_t opaque(size_t value) {
  __asm__("" : "+r"(value));
  return value;
}

static size_t next_size(size_t size) {
  return size < 2100 ? size + 1 : size + size / 7;
}

#define FAILS(call, error) \
  do {                     \
    errno = 0;             \
    check(!(call));        \
    check(errno == error); \
  } while (0)

/* malloc(0): a block of its own, each time. realloc(p, 0) frees it. */
static void nothing(void) {
  enum { kMany = 10000 };
  static void* blocks[kMany];
  for (int i = 0; i < kMany; ++i)
    check(blocks[i] = i % 4 == 0   ? malloc(0)
                      : i % 4 == 1 ? calloc(0, 9)
                      : i % 4 == 2 ? realloc(NULL, 0)
                                   : memalign(64, 0));
  for (int i = 1; i < kMany;
       ++i) /* each can be written to as far as it goes: so they are distinct */
    memset(blocks[i], i, malloc_usable_size(blocks[i]));
  for (int i = 1; i < kMany; ++i) {
    const unsigned char* bytes = blocks[i];
    for (size_t at = 0; at < malloc_usable_size(blocks[i]); ++at) check(bytes[at] == (i & 255));
  }
  for (int i = 0; i < kMany; i += 2) free(blocks[i]);
  for (int i = 1; i < kMany; i += 2) check(!realloc(blocks[i], opaque(0)));
  free(NULL);
  check(malloc_usable_size(NULL) == 0);
  /* Freed, not kept: else a gigabyte would be in use. */
  const struct rlimit limit = {800 << 20, 800 << 20};
  check(setrlimit(RLIMIT_AS, &limit) == 0);
  for (int i = 0; i < 1000; ++i) {
    char* block = malloc(1 << 20);
    check(block);
    memset(block, 1, 1 << 20);
    errno = kUntouched;
    check(!realloc(block, opaque(0)) && errno == kUntouched);
  }
}

static void too_much(void) {
  const size_t sizes[] = {PTRDIFF_MAX,     (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 65536,
                          SIZE_MAX - 4096, SIZE_MAX - 15,           SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i) {
    const size_t size = opaque(sizes[i]);
    FAILS(malloc(size), ENOMEM);
    FAILS(calloc(1, size), ENOMEM);
    FAILS(calloc(size, 1), ENOMEM);
    FAILS(realloc(NULL, size), ENOMEM);
    FAILS(reallocarray(NULL, 1, size), ENOMEM);
    FAILS(valloc(size), ENOMEM);
    FAILS(pvalloc(size), ENOMEM);
    for (size_t alignment = 8; alignment <= (1 << 20); alignment *= 2) {
      FAILS(memalign(alignment, size), ENOMEM);
      FAILS(aligned_alloc(alignment, size), ENOMEM);
      void* result = &result;
      check(posix_memalign(&result, alignment, size) == ENOMEM && result == (void*)&result);
    }
    for (size_t old = 1; old < 3000000; old = old * 5 + 1) { /* what a refusal leaves as it was */
      unsigned char* block = malloc(old);
      memset(block, 0x42, old);
      FAILS(realloc(block, size), ENOMEM);
      FAILS(reallocarray(block, size / 2, 4), ENOMEM);
      for (size_t at = 0; at < old; ++at) check(block[at] == 0x42);
      free(block);
    }
  }
  for (size_t shift = 33; shift < 64; ++shift) { /* products that wrap around to something small */
    const size_t count = opaque((size_t)1 << shift), size = opaque(((size_t)1 << (64 - shift)) + 1);
    if (count > PTRDIFF_MAX / size) {
      FAILS(calloc(count, size), ENOMEM);
      FAILS(calloc(size, count), ENOMEM);
      FAILS(reallocarray(NULL, count, size), ENOMEM);
      FAILS(reallocarray(NULL, size, count), ENOMEM);
    }
  }
}

/* 16 bytes for each size and call, small ones too; aligned calls to what was asked. */
static void alignment(void) {
  for (size_t size = 0; size < 3000000; size = next_size(size)) {
    char* block = malloc(size);
    check(block && (uintptr_t)block % 16 == 0);
    check((uintptr_t)(block = realloc(block, size + 1)) % 16 == 0);
    free(block);
    check((uintptr_t)(block = calloc(1, size)) % 16 == 0);
    free(block);
  }
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t size = 0; size < 200000; size = size * 3 + 1) {
    void* block;
    for (size_t alignment = 1; alignment <= (4 << 20); alignment *= 2) {
      const size_t least = alignment < 16 ? 16 : alignment;
      check((block = memalign(alignment, size)) && (uintptr_t)block % least == 0);
      memset(block, 1, size);
      free(block);
      check((block = aligned_alloc(alignment, size)) && (uintptr_t)block % least == 0);
      free(block);
      if (alignment < sizeof(void*)) continue;
      check(posix_memalign(&block, alignment, size) == 0 && (uintptr_t)block % least == 0);
      free(block);
    }
    check((block = valloc(size)) && (uintptr_t)block % page == 0);
    free(block);
    check((block = pvalloc(size)) && (uintptr_t)block % page == 0 &&
          malloc_usable_size(block) >= (size + page - 1) / page * page);
    free(block);
    for (size_t odd = 3, power = 4; odd < 100000;
         odd = odd * 2 + 1, power *= 2) { /* the next power of two */
      check((block = memalign(opaque(odd), size)) && (uintptr_t)block % power == 0);
      free(block);
      /* glibc took these up to 2.37, and programs pass them. */
      block = aligned_alloc(opaque(odd), size);
      check(block || !getenv("LD_PRELOAD"));
      check((uintptr_t)block % power == 0);
      free(block);
    }
  }
  FAILS(memalign(opaque(SIZE_MAX), 1), EINVAL);
  const size_t bad[] = {0, 1, 2, 4, 9, 24, 100, SIZE_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    void* result = &result;
    errno = kUntouched;
    check(posix_memalign(&result, opaque(bad[i]), 10) == EINVAL && result == (void*)&result &&
          errno == kUntouched);
  }
}

/* All usable bytes can be written and hold what was written; a zeroed block is zero to its end. */
static void usable(void) {
  for (size_t size = 0; size < 3000000; size = next_size(size)) {
    unsigned char *block = malloc(size), *behind = malloc(size);
    const size_t bytes = malloc_usable_size(block);
    check(bytes >= size);
    memset(behind, 0x99, malloc_usable_size(behind));
    memset(block, 0x55, bytes);
    for (size_t at = 0; at < size; ++at) check(behind[at] == 0x99);
    if (bytes) check((block = realloc(block, bytes))); /* of no bytes: it would be freed */
    for (size_t at = 0; at < bytes; ++at) check(block[at] == 0x55);
    free(block);
    free(behind);
    unsigned char* zeroed = calloc(1, size); /* of memory that was written to */
    for (size_t at = 0; at < size; ++at) check(zeroed[at] == 0);
    free(zeroed);
  }
}

/* What malloc_usable_size says of a block it says for all its life, whatever happens around it. */
static void* neighbours(void* seed) {
  for (size_t i = (size_t)seed; i < 20000; ++i) free(malloc(i * 131 % 5000));
  return NULL;
}
static void constant(void) {
  enum { kBlocks = 1500 };
  static void* blocks[kBlocks];
  static size_t bytes[kBlocks];
  for (size_t i = 0, size = 0; i < kBlocks; ++i, size = i < 1100 ? size + 1 : size + size / 50) {
    check(blocks[i] = i % 3 == 0   ? malloc(size)
                      : i % 3 == 1 ? calloc(1, size)
                                   : memalign(64, size));
    bytes[i] = malloc_usable_size(blocks[i]);
  }
  pthread_t threads[4];
  for (size_t i = 0; i < 4; ++i)
    check(pthread_create(&threads[i], NULL, neighbours, (void*)i) == 0);
  for (int round = 0; round < 5; ++round)
    for (int i = 0; i < kBlocks; ++i) check(malloc_usable_size(blocks[i]) == bytes[i]);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < kBlocks; i += 2) free(blocks[i]);
  malloc_trim(0);
  for (int i = 1; i < kBlocks; i += 2) {
    check(malloc_usable_size(blocks[i]) == bytes[i]);
    memset(blocks[i], 1, bytes[i]);
    check(malloc_usable_size(blocks[i]) == bytes[i]);
    free(blocks[i]);
  }
}

/* errno is left alone by free and by what succeeds, also where a system call fails on the way: the
 * pages are locked, so giving them back is refused. */
static void* frees(void* blocks) {
  errno = kUntouched;
  for (int i = 0; i < 60; ++i) free(((void**)blocks)[i]);
  check(errno == kUntouched);
  return NULL;
}
static void errno_kept(void) {
  for (int locked = 0; locked < 2; ++locked) {
    if (locked && mlockall(MCL_CURRENT | MCL_FUTURE) != 0) break;
    for (size_t size = 1; size < 30000000; size = size * 3 + 7) {
      void* blocks[60];
      errno = kUntouched;
      for (int i = 0; i < 60; ++i) blocks[i] = malloc(size < 3000000 ? size : 1);
      free(realloc(realloc(malloc(size), size * 2), 1));
      free(calloc(3, size));
      free(memalign(4096, size));
      (void)malloc_usable_size(blocks[0]);
      check(errno == kUntouched);
      if (size % 2) {
        frees(blocks);
      } else {
        pthread_t thread;
        check(pthread_create(&thread, NULL, frees, blocks) == 0);
        pthread_join(thread, NULL);
      }
    }
    errno = kUntouched;
    malloc_trim(0);
    check(errno == kUntouched || locked);
  }
}

static const struct {
  const char* name;
  void (*run)(void);
} groups[] = {{"nothing", nothing}, {"too_much", too_much}, {"alignment", alignment},
              {"usable", usable},   {"constant", constant}, {"errno", errno_kept}};

int main(int argc, char** argv) {
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; ++i)
    if (argc == 2 && strcmp(argv[1], groups[i].name) == 0) {
      groups[i].run();
      return 0;
    }
  return 127;
}
