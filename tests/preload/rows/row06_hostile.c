/* A preload that interposes what an allocator might call in its first request, and allocates in
 * each. MALLOC_FAMILY: it also wraps malloc, the way tracers do, finding the next one with dlsym(),
 * which calls calloc(). HEADER: with bytes of its own before each block. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* Its first request comes from every function, before all others. */
static void allocate(void) {
  static __thread int depth;
  if (depth++ > 20) {
    (void)!write(2, "hostile: endless\n", 17);
    _exit(99);
  }
  free(malloc(77));
  --depth;
}

#define NEXT(name) ((__typeof__(name)*)dlsym(RTLD_NEXT, #name))

void* mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) {
  allocate();
  return NEXT(mmap)(at, size, protection, flags, file, offset);
}
int munmap(void* at, size_t size) {
  allocate();
  return NEXT(munmap)(at, size);
}
int mprotect(void* at, size_t size, int protection) {
  allocate();
  return NEXT(mprotect)(at, size, protection);
}
int madvise(void* at, size_t size, int advice) {
  allocate();
  return NEXT(madvise)(at, size, advice);
}
int open(const char* path, int flags, ...) {
  allocate();
  va_list more;
  va_start(more, flags);
  const int mode = va_arg(more, int);
  va_end(more);
  return NEXT(open)(path, flags, mode);
}
ssize_t read(int file, void* buffer, size_t size) {
  allocate();
  return NEXT(read)(file, buffer, size);
}
ssize_t readlink(const char* path, char* buffer, size_t size) {
  allocate();
  return NEXT(readlink)(path, buffer, size);
}
char* getenv(const char* name) {
  allocate();
  return NEXT(getenv)(name);
}
pid_t getpid(void) {
  allocate();
  return NEXT(getpid)();
}
long syscall(long number, ...) {
  (void)number;
  (void)!write(2, "hostile: syscall\n", 17);
  _exit(98);
}

#ifdef MALLOC_FAMILY
#ifndef HEADER
#define HEADER 0
#endif
static char first_blocks[65536] __attribute__((aligned(16)));
static size_t first_used;
static int finding;

static int is_first(const void* block) {
  return (const char*)block >= first_blocks &&
         (const char*)block < first_blocks + sizeof first_blocks;
}
static void* first_block(size_t size) {
  void* block = first_blocks + first_used;
  first_used += (size + 15) & ~(size_t)15;
  return block;
}

static void* (*next_malloc)(size_t);
static void (*next_free)(void*);
static void* (*next_calloc)(size_t, size_t);
static void* (*next_realloc)(void*, size_t);

static void find_next(void) {
  finding = 1;
  next_malloc = NEXT(malloc);
  next_free = NEXT(free);
  next_calloc = NEXT(calloc);
  next_realloc = NEXT(realloc);
  finding = 0;
}

static void* with_header(char* block, size_t size) {
  if (!block) return NULL;
  memset(block, 0xee, HEADER + size); /* the whole block is the wrapper's to write */
  return block + HEADER;
}

void* malloc(size_t size) {
  if (finding) return first_block(size);
  if (!next_malloc) find_next();
  return with_header(next_malloc(HEADER + size), size);
}
void free(void* block) {
  if (!block || is_first(block)) return;
  if (!next_free) find_next();
  next_free((char*)block - HEADER);
}
void* calloc(size_t count, size_t size) {
  if (finding) return first_block(count * size);
  if (!next_calloc) find_next();
  char* block = next_calloc(1, HEADER + count * size);
  return block ? block + HEADER : NULL;
}
void* realloc(void* block, size_t size) {
  if (!next_realloc) find_next();
  char* moved = next_realloc(block ? (char*)block - HEADER : NULL, HEADER + size);
  return moved ? moved + HEADER : NULL;
}
#endif
