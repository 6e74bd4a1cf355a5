/* Run by the preflight with the library it tries: what every program may do with an allocator, in a
 * fraction of a second. Dynamic on purpose. Prints "ok", exits with 0; any other end is a failure.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { blocks = 256, threads = 8, small_stack = 64 * 1024 };  // or what the processor needs

static void fail(const char* what) {
  fprintf(stderr, "self-test failed: %s\n", what);
  _exit(3);
}

static void check(const unsigned char* block, size_t size, unsigned char value) {
  for (size_t i = 0; i < size; ++i)
    if (block[i] != value) fail("a block lost its content");
}

static void churn(unsigned seed) {
  unsigned char* held[blocks] = {0};
  size_t sizes[blocks] = {0};
  for (unsigned round = 0; round < 8 * blocks; ++round) {
    seed = seed * 1103515245u + 12345u;
    unsigned i = (seed >> 16) % blocks;
    if (held[i]) check(held[i], sizes[i], (unsigned char)i);
    size_t size = (seed >> 8) % (round % 64 ? 600 : 200000);
    held[i] = realloc(held[i], size + 1);
    if (!held[i] || (uintptr_t)held[i] % 16) fail("realloc");
    sizes[i] = size;
    memset(held[i], (int)i, size);
  }
  for (unsigned i = 0; i < blocks; ++i) free(held[i]);
}

static void aligned_and_zeroed(void) {
  for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
    void* block = NULL;
    if (posix_memalign(&block, alignment, 100) || (uintptr_t)block % alignment)
      fail("posix_memalign");
    if (malloc_usable_size(block) < 100) fail("malloc_usable_size");
    free(block);
  }
  unsigned char* zeroed = calloc(1000, 100);
  if (!zeroed) fail("calloc");
  check(zeroed, 100000, 0);
  free(zeroed);
}

static void* thread_work(void* argument) {
  churn((unsigned)(uintptr_t)argument);
  return strdup("freed by another thread");
}

static void thread_round(void) {
  pthread_attr_t attributes;
  pthread_t ids[threads];
  pthread_attr_init(&attributes);
  const long least = sysconf(_SC_THREAD_STACK_MIN);
  if (pthread_attr_setstacksize(&attributes, least > small_stack ? (size_t)least : small_stack))
    fail("pthread_attr_setstacksize");
  for (uintptr_t i = 0; i < threads; ++i)
    if (pthread_create(&ids[i], &attributes, thread_work, (void*)(i + 1))) fail("pthread_create");
  for (int i = 0; i < threads; ++i) {
    void* text = NULL;
    if (pthread_join(ids[i], &text) || !text) fail("pthread_join");
    free(text);
  }
  pthread_attr_destroy(&attributes);
}

static void fork_round(void) {
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    churn(99);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status) fail("the child of fork");
}

int main(void) {
  churn(7);
  aligned_and_zeroed();
  fork_round();
  thread_round();
  fork_round();
  thread_round();
  puts("ok");
  return 0;
}
