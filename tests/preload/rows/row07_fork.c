/* Forks while 16 threads are busy, of which some free what others allocated. The child allocates
 * and frees everything: its own blocks, the main thread's, and those that the lost threads handed
 * over. Usage: row07_fork FORKS MIB: with so much memory in use, which makes the copy take its
 * time. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "check.h"

enum { kThreads = 16, kOwn = 100, kShared = 256, kBurst = 300 };

static volatile int stop;
static void* shared[kShared]; /* taken and given by all */
static unsigned char* own[kOwn];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static void* table[kShared]; /* under table_lock, which the forking thread holds */

static unsigned next(unsigned* state) {
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}
/* A few sizes of each kind: a child looks at each slab of each lost thread. */
static size_t random_size(unsigned* state) {
  static const size_t sizes[16] = {16,  24,  48,   48,   100,  100,  180,   320,
                                   320, 700, 1000, 1000, 2500, 9000, 30000, 90000};
  return sizes[next(state) % 16];
}

static void* busy(void* number) {
  unsigned state = (unsigned)(size_t)number * 77 + 1;
  for (unsigned i = 1; !stop; ++i) {
    if (i % kBurst == 0) usleep(2000); /* leaves time to the forking thread and its children */
    char* block = malloc(random_size(&state));
    check(block);
    *block = 3;
    free(__atomic_exchange_n(&shared[next(&state) % kShared], block, __ATOMIC_ACQ_REL));
    if (next(&state) % 8 == 0) {
      pthread_mutex_lock(&table_lock);
      void** slot = &table[next(&state) % kShared];
      free(*slot);
      *slot = malloc(random_size(&state));
      pthread_mutex_unlock(&table_lock);
    }
    if (next(&state) % 20000 == 0) malloc_trim(0);
  }
  return NULL;
}

static void fill_own(unsigned* state) {
  for (int i = 0; i < kOwn; ++i) {
    const size_t size = random_size(state);
    check(own[i] = malloc(size));
    memset(own[i], i & 255, size);
  }
}
/* Some of them by way of the other threads, which free them into our slabs while we fork. */
static void drop_own(unsigned* state, int share) {
  for (int i = 0; i < kOwn; ++i) {
    check(*own[i] == (i & 255));
    void* block = own[i];
    if (share) block = __atomic_exchange_n(&shared[next(state) % kShared], block, __ATOMIC_ACQ_REL);
    free(block);
  }
}

static void child(unsigned* state, long number) {
  drop_own(state, 0);
  for (int i = 0; i < kShared; ++i) free(table[i]);
  for (int round = 0; round < (number % 8 ? 1 : 4); ++round) {
    fill_own(state);
    drop_own(state, 0);
  }
  void* large = malloc(5 << 20);
  check(large && calloc(1000, 1000));
  free(large);
  malloc_trim(0);
  (void)mallinfo2();
  if (number % 16 == 0) { /* threads in the child: they take over the lost ones' heaps */
    pthread_t thread;
    stop = 1;
    check(pthread_create(&thread, NULL, busy, NULL) == 0);
    pthread_join(thread, NULL);
  }
  _exit(0);
}

/* Does nothing but wait, so that a hang shows which way it came. */
static void wait_for(pid_t pid, const char* what) {
  int status;
  for (int waited = 0; waited < 20000; ++waited) {
    if (waitpid(pid, &status, WNOHANG) == pid) {
      if (status) fprintf(stderr, "%s: status %x\n", what, (unsigned)status);
      check(status == 0);
      return;
    }
    usleep(waited < 100 ? 100 : 1000);
  }
  fprintf(stderr, "%s: the child hangs\n", what);
  kill(pid, 6);
  check(!"a child that ends");
}

int main(int argc, char** argv) {
  check(argc == 3);
  /* Below all that the threads use: copied after what describes the heap, before its blocks. */
  char* ballast = malloc((size_t)atol(argv[2]) << 20);
  check(ballast);
  memset(ballast, 1, (size_t)atol(argv[2]) << 20);
  pthread_t threads[kThreads];
  unsigned state = 42;
  for (int i = 0; i < kThreads; ++i)
    check(pthread_create(&threads[i], NULL, busy, (void*)(size_t)i) == 0);
  const long forks = atol(argv[1]);
  for (long i = 0; i < forks; ++i) {
    fill_own(&state);
    pthread_mutex_lock(&table_lock);
    const pid_t pid = fork();
    check(pid >= 0);
    if (pid == 0) child(&state, i);
    pthread_mutex_unlock(&table_lock);
    drop_own(&state, 1);
    wait_for(pid, "fork");
  }
  stop = 1;
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < kShared; ++i) free(shared[i]);
  free(ballast);
  puts("passed");
  return 0;
}
