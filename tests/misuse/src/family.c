// The malloc family's corner cases, as glibc's manual and the C standard have them. Prints each
// case that differs and exits with their number.
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wrong;

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      ++wrong;                                                        \
    }                                                                 \
  } while (0)

// NULL and that errno.
#define FAILS(call, error) \
  do {                     \
    errno = 0;             \
    CHECK((call) == NULL); \
    CHECK(errno == error); \
  } while (0)

static int aligned_to(const void* block, size_t alignment) {
  return block != NULL && (uintptr_t)block % alignment == 0;
}

// All usable bytes can be written and read.
static int all_writable(void* block, size_t least) {
  size_t usable = malloc_usable_size(block);
  if (usable < least) return 0;
  memset(block, 0x77, usable);
  for (size_t i = 0; i < usable; ++i)
    if (((unsigned char*)block)[i] != 0x77) return 0;
  return malloc_usable_size(block) == usable;
}

// Not known to the compiler, which would warn of absurd sizes.
static size_t opaque(size_t value) {
  __asm__("" : "+r"(value));
  return value;
}

static void absurd_sizes(void) {
  const size_t sizes[] = {(size_t)PTRDIFF_MAX, (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 4096,
                          SIZE_MAX - 1, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    size_t size = opaque(sizes[i]);
    void* result = &result;
    FAILS(malloc(size), ENOMEM);
    FAILS(calloc(1, size), ENOMEM);
    FAILS(calloc(size, 1), ENOMEM);
    FAILS(realloc(NULL, size), ENOMEM);
    FAILS(memalign(64, size), ENOMEM);
    FAILS(aligned_alloc(64, size), ENOMEM);
    FAILS(valloc(size), ENOMEM);
    FAILS(pvalloc(size), ENOMEM);
    FAILS(reallocarray(NULL, size, 1), ENOMEM);
    errno = 4711;
    CHECK(posix_memalign(&result, 64, size) == ENOMEM);
    CHECK(result == &result);  // untouched
    for (size_t old = 10; old <= 100000; old *= 100) {
      char* block = memset(malloc(old), 5, old);
      FAILS(realloc(block, size), ENOMEM);
      CHECK(block[0] == 5 && block[old - 1] == 5);  // still there
      free(block);
    }
  }
}

static void overflow(void) {
  const size_t half = opaque((size_t)1 << 32);
  FAILS(calloc(half, half), ENOMEM);
  FAILS(calloc(SIZE_MAX / 2, opaque(3)), ENOMEM);
  FAILS(calloc(opaque(SIZE_MAX), opaque(SIZE_MAX)), ENOMEM);
  FAILS(reallocarray(NULL, half, half), ENOMEM);
  char* block = memset(malloc(100), 5, 100);
  char* kept = (char*)opaque((size_t)block);
  errno = 0;
  char* moved = reallocarray(block, half, half + 1);
  CHECK(moved == NULL && errno == ENOMEM && kept[99] == 5);
  block = reallocarray(kept, 50, 10);
  CHECK(block != NULL && block[99] == 5 && malloc_usable_size(block) >= 500);
  free(block);
}

static void nothing(void) {
  void *first = malloc(0), *second = malloc(0), *third = calloc(0, 8), *fourth = calloc(8, 0);
  CHECK(first != NULL && second != NULL && third != NULL && fourth != NULL);
  CHECK(first != second && third != fourth && first != third);
  free(first);
  free(second);
  free(third);
  free(fourth);
  free(NULL);
  CHECK(malloc_usable_size(NULL) == 0);
  for (size_t size = 1; size < 1000000; size *= 10) {
    errno = 4711;
    CHECK(realloc(malloc(size), opaque(0)) == NULL);  // freed
    CHECK(errno == 4711);
  }
  void* fresh = realloc(NULL, 0);
  CHECK(fresh != NULL);
  free(fresh);
}

static void alignments(void) {
  void* block;
  // aligned_alloc and memalign: a power of two, or what is next above, as glibc has it.
  for (size_t alignment = 1; alignment <= (size_t)1 << 24; alignment *= 2) {
    for (size_t size = 0; size <= 100000; size = size * 10 + 1) {
      block = memalign(alignment, size);
      CHECK(aligned_to(block, alignment) && aligned_to(block, 16) && all_writable(block, size));
      free(block);
      block = aligned_alloc(alignment, size);  // no multiple: accepted
      CHECK(aligned_to(block, alignment) && all_writable(block, size));
      free(block);
      if (alignment >= sizeof(void*)) {
        CHECK(posix_memalign(&block, alignment, size) == 0);
        CHECK(aligned_to(block, alignment) && all_writable(block, size));
        block = realloc(block, size + 100);
        CHECK(all_writable(block, size + 100));
        free(block);
      }
    }
  }
  CHECK(aligned_to(block = memalign(opaque(0), 10), 16));
  free(block);
  CHECK(aligned_to(block = memalign(opaque(48), 10), 64));
  free(block);
  FAILS(memalign(opaque(SIZE_MAX), 10), EINVAL);
  FAILS(memalign(opaque(SIZE_MAX / 2 + 2), 10), EINVAL);
  FAILS(memalign(opaque((size_t)1 << 62), 10), ENOMEM);
  // posix_memalign: a power of two, and a multiple of a pointer's size; errno is left alone.
  const size_t bad[] = {0, 1, 2, 4, 7, 12, 24, 48, 1000, SIZE_MAX};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
    void* result = &result;
    errno = 4711;
    CHECK(posix_memalign(&result, opaque(bad[i]), 10) == EINVAL);
    CHECK(result == &result && errno == 4711);
  }
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  CHECK(aligned_to(block = valloc(10), page));
  free(block);
  CHECK(aligned_to(block = pvalloc(10), page) && malloc_usable_size(block) >= page);
  free(block);
  CHECK(aligned_to(block = pvalloc(0), page));
  free(block);
}

static void sizes(void) {
  for (size_t size = 0; size <= 3000000; size = size < 2000 ? size + 1 : size * 9 / 8) {
    void* block = malloc(size);
    CHECK(aligned_to(block, 16) && all_writable(block, size));
    free(block);
    unsigned char* zeroed = calloc(1, size);  // after the above has written to it
    size_t i = 0;
    while (i < size && zeroed[i] == 0) ++i;
    CHECK(i == size);
    free(zeroed);
  }
}

static void errno_is_kept(void) {
  for (size_t size = 1; size <= 100000000; size *= 10) {
    void* block = malloc(size);
    memset(block, 1, size);
    errno = 4711;
    free(block);
    CHECK(errno == 4711);
    block = malloc(size);  // success does not touch it either
    block = realloc(block, 2 * size);
    CHECK(errno == 4711);
    free(block);
  }
}

// C23's; not in the headers yet. The library has them, and a wrong size is not fatal.
extern void free_sized(void*, size_t) __attribute__((weak));
extern void free_aligned_sized(void*, size_t, size_t) __attribute__((weak));
static void sized_frees(void) {
  CHECK(free_sized != NULL && free_aligned_sized != NULL);
  if (!free_sized || !free_aligned_sized) return;
  free_sized(malloc(100), 100);
  free_sized(malloc(100), 7);
  free_sized(NULL, 0);
  free_aligned_sized(aligned_alloc(64, 128), 64, 128);
  free_aligned_sized(NULL, 64, 128);
}

static void figures(void) {
  void* block = malloc(10000000);
  struct mallinfo2 info = mallinfo2();
  CHECK(info.hblks >= 1 && info.hblkhd >= 10000000);
  free(block);
  CHECK(mallinfo2().hblkhd < info.hblkhd);
  malloc_trim(0);
  CHECK(mallopt(M_TRIM_THRESHOLD, 1 << 20) == 1);
  char text[4096] = "";
  FILE* stream = fmemopen(text, sizeof text, "w");
  CHECK(malloc_info(0, stream) == 0);
  fclose(stream);
  CHECK(strncmp(text, "<malloc version=\"1\">", 20) == 0 && strstr(text, "</malloc>"));
  errno = 0;
  CHECK(malloc_info(1, stdout) == -1 && errno == EINVAL);
}

int main(int count, char** arguments) {
  static const struct {
    const char* name;
    void (*check)(void);
  } groups[] = {{"absurd_sizes", absurd_sizes}, {"overflow", overflow}, {"nothing", nothing},
                {"alignments", alignments},     {"sizes", sizes},       {"errno", errno_is_kept},
                {"sized_frees", sized_frees},   {"figures", figures}};
  for (size_t i = 0; count > 1 && i < sizeof groups / sizeof groups[0]; ++i)
    if (strcmp(groups[i].name, arguments[1]) == 0) {
      groups[i].check();
      return wrong > 100 ? 100 : wrong;
    }
  return 127;
}
