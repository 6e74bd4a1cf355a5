/* glibc's entry points that tell about the heap or tune it. Usage: row10_figures GROUP
 *   ours        figures follow what the program allocates; libc's own allocator serves none of it
 *   trim        malloc_trim gives memory back, and tells whether it did
 *   info        writes malloc_info() and malloc_stats(), with 5,000,000 bytes of small blocks and
 * 50,000,000 of large ones in use shape       writes malloc_info() alone passed_on   in a process
 * that libc serves, each answer is libc's */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum { kMany = 5000 };

static void* blocks[kMany];

/* The handle is kept: opening allocates. */
static void* of_libc(const char* name) {
  static void* libc;
  if (!libc) libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  check(libc);
  void* function = dlsym(libc, name);
  check(function);
  return function;
}

static struct mallinfo2 libc_figures(void) {
  return ((struct mallinfo2(*)(void))of_libc("mallinfo2"))();
}

static size_t in_use(void) {
  const struct mallinfo2 info = mallinfo2();
  check(info.arena == info.uordblks + info.fordblks);
  return info.uordblks + info.hblkhd;
}

static void* allocate_many(void* size) {
  for (int i = 0; i < kMany; ++i) memset(blocks[i] = malloc((size_t)size), 1, (size_t)size);
  return NULL;
}
static void free_many(void) {
  for (int i = 0; i < kMany; ++i) free(blocks[i]);
}

static void rises_and_falls(size_t size, int by_thread) {
  const size_t before = in_use();
  pthread_t thread;
  if (by_thread) {
    check(pthread_create(&thread, NULL, allocate_many, (void*)size) == 0);
    pthread_join(thread, NULL);
  } else {
    allocate_many((void*)size);
  }
  const size_t during = in_use() - before;
  check(during >= kMany * size && during <= kMany * (size + size / 4 + 64));
  const struct mallinfo narrow = mallinfo();
  const size_t sum = (size_t)narrow.uordblks + (size_t)narrow.hblkhd;
  check(sum >= during && sum < before + during + (1 << 20));
  free_many();
  check(in_use() <= before + (64 << 10));
}

/* Every way to a block, those of libc's functions that return one too. */
static void allocate_in_every_way(void) {
  char* line = NULL;
  size_t length = 0;
  FILE* file = fopen("/proc/self/status", "r");
  check(file && getline(&line, &length, file) > 0 && fclose(file) == 0);
  char* text;
  check(asprintf(&text, "%100000d", 7) == 100000);
  void* aligned;
  check(posix_memalign(&aligned, 4096, 100000) == 0);
  void* some[] = {malloc(100000),
                  calloc(10, 10000),
                  realloc(NULL, 100000),
                  reallocarray(NULL, 10, 10000),
                  memalign(64, 100000),
                  aligned_alloc(64, 100000),
                  valloc(100000),
                  pvalloc(100000),
                  strdup(text),
                  strndup(text, 50000),
                  realpath("/proc", NULL),
                  line,
                  text,
                  aligned,
                  malloc(10)};
  for (unsigned i = 0; i < sizeof some / sizeof *some; ++i) {
    check(some[i] && malloc_usable_size(some[i]) >= 1);
    some[i] = realloc(some[i], 70000);
    check(malloc_usable_size(some[i]) >= 70000);
    free(some[i]);
  }
}

static void ours(void) {
  check(in_use() < 1 << 20);
  rises_and_falls(100, 0);
  rises_and_falls(1000, 1);
  rises_and_falls(10000, 0);
  const struct mallinfo2 before = mallinfo2();
  for (int i = 0; i < 50; ++i) blocks[i] = malloc(1 << 20);
  const struct mallinfo2 during = mallinfo2();
  check(during.hblks == before.hblks + 50 && during.hblkhd >= before.hblkhd + (50 << 20));
  for (int i = 0; i < 50; ++i) free(blocks[i]);
  check(mallinfo2().hblks == before.hblks && mallinfo2().hblkhd == before.hblkhd);
  void* huge = malloc((size_t)3 << 30); /* untouched */
  if (huge) check(mallinfo2().hblkhd >= (size_t)3 << 30 && mallinfo().hblkhd == INT_MAX);
  free(huge);
  check(mallopt(M_TRIM_THRESHOLD, 1 << 20) == 1 && mallopt(M_MMAP_THRESHOLD, 1 << 20) == 1 &&
        mallopt(M_ARENA_MAX, 1) == 1);
  const size_t libc_before = libc_figures().uordblks + libc_figures().hblkhd;
  allocate_in_every_way();
  check(libc_figures().uordblks + libc_figures().hblkhd == libc_before);
}

static void trim(void) {
  const long start = status_kib("VmRSS");
  allocate_many((void*)10000);
  check(status_kib("VmRSS") >= start + 45000);
  free_many();
  malloc_trim(0); /* what the bounds of idle memory have left */
  fprintf(stderr, "%ld KiB resident at first, %ld after it all\n", start, status_kib("VmRSS"));
  check(status_kib("VmRSS") <= start + 1536);
  check(mallinfo2().keepcost == 0);
  check(malloc_trim(0) == 0);                /* nothing left to give */
  free(memset(malloc(1 << 20), 1, 1 << 20)); /* within the bound: kept */
  check(mallinfo2().keepcost >= 1 << 20);
  check(malloc_trim(0) == 1);
  check(mallinfo2().keepcost == 0 && malloc_trim(0) == 0);
}

static void info(void) {
  allocate_many((void*)1000);
  for (int i = 0; i < 50; ++i) check(malloc(1000000));
  errno = 0;
  check(malloc_info(1, stdout) == -1 && errno == EINVAL);
  check(malloc_info(0, stdout) == 0);
  fflush(stdout);
  malloc_stats();
}

static void shape(void) {
  free_many();
  check(malloc_info(0, stdout) == 0);
}

/* One stream for all calls: streams allocate. */
static const char* info_by(int (*function)(int, FILE*)) {
  static char text[2][65536], written[65536];
  static int number;
  static FILE* stream;
  if (!stream) {
    stream = fmemopen(written, sizeof written, "w");
    setvbuf(stream, NULL, _IONBF, 0);
  }
  rewind(stream);
  memset(written, 0, sizeof written);
  check(function(0, stream) == 0);
  return memcpy(text[number++ % 2], written, sizeof written);
}

static void passed_on(void) {
  (void)libc_figures();
  allocate_many((void*)1000);
  check(mallinfo2().uordblks >= kMany * 1000 && mallinfo2().uordblks == libc_figures().uordblks);
  check((size_t)mallinfo().uordblks == libc_figures().uordblks);
  info_by(malloc_info);
  check(strcmp(info_by(malloc_info), info_by((int (*)(int, FILE*))of_libc("malloc_info"))) == 0);
  /* libc obeys: what is larger is mapped by itself. */
  const size_t mapped = libc_figures().hblks;
  check(mallopt(M_MMAP_THRESHOLD, 40000) == 1 && mallopt(M_TRIM_THRESHOLD, 1 << 30) == 1);
  void* mappings[100];
  for (int i = 0; i < 100; ++i) mappings[i] = malloc(50000);
  check(libc_figures().hblks >= mapped + 90);
  for (int i = 0; i < 100; ++i) free(mappings[i]);
  const size_t arena = libc_figures().arena;
  void* top = malloc(10);
  free_many();
  check(libc_figures().arena == arena);
  free(top);
  check(malloc_trim(0) == 1 && libc_figures().arena < arena);
}

static const struct {
  const char* name;
  void (*run)(void);
} groups[] = {
    {"ours", ours}, {"trim", trim}, {"info", info}, {"shape", shape}, {"passed_on", passed_on}};

int main(int argc, char** argv) {
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; ++i)
    if (argc == 2 && strcmp(argv[1], groups[i].name) == 0) {
      groups[i].run();
      return 0;
    }
  return 127;
}
