// fork_load FORKS: forks under load. Eight threads allocate, free, and hand blocks to each other
// while each of two forks, again and again. Each child frees blocks that the lost threads had
// allocated, allocates in all sizes, and now and then starts a thread or forks again. A child that
// fails, or never ends, is the failure.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8
#define SLOTS 256

static _Atomic(char*) shared[SLOTS];
static atomic_bool stop;
static atomic_int failed;

static const size_t sizes[] = {16, 100, 1000, 1024, 1500, 8000, 32768, 40000, 300000};
#define SIZES (sizeof sizes / sizeof sizes[0])

static uint64_t next_random(uint64_t* state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return *state >> 33;
}

// The first bytes of each block tell its size.
static char* make(size_t size) {
  char* block = malloc(size);
  if (!block) return NULL;
  memcpy(block, &size, sizeof size);
  block[size - 1] = 'e';
  return block;
}

static void check_and_free(char* block) {
  if (!block) return;
  size_t size;
  memcpy(&size, block, sizeof size);
  if (size > 300000 || block[size - 1] != 'e') {
    failed = 1;
    return;
  }
  free(block);
}

static void work(uint64_t* random, int rounds) {
  for (int i = 0; i < rounds; ++i)
    check_and_free(atomic_exchange(&shared[next_random(random) % SLOTS],
                                   make(sizes[next_random(random) % SIZES])));
}

static void* busy(void* argument) {
  uint64_t random = (uintptr_t)argument;
  while (!stop) work(&random, 100);
  return NULL;
}

static void* in_child(void* argument) {
  uint64_t random = (uintptr_t)argument;
  work(&random, 200);
  return NULL;
}

// What a child does, before it forks another one.
static void child_work(uint64_t random) {
  alarm(20);  // a child that hangs ends by a signal
  for (int i = 0; i < SLOTS; ++i) check_and_free(atomic_exchange(&shared[i], NULL));
  work(&random, 100);
  if (random % 8 == 0) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, in_child, (void*)(uintptr_t)random) != 0) _exit(4);
    pthread_join(thread, NULL);
  }
}

static void child(uint64_t random) {
  child_work(random);
  if (random % 4 == 0) {
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      child_work(random + 1);
      _exit(failed);
    }
    int status;
    if (grandchild < 0 || waitpid(grandchild, &status, 0) < 0 || status != 0) _exit(5);
  }
  _exit(failed);
}

static void* forker(void* argument) {
  const long forks = (long)(uintptr_t)argument;
  uint64_t random = (uint64_t)forks + (uint64_t)pthread_self();
  for (long i = 0; i < forks && !failed; ++i) {
    work(&random, 20);
    const pid_t pid = fork();
    if (pid == 0) child(next_random(&random));
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
      printf("fork %ld: child's wait status %#x\n", i, status);
      failed = 1;
    }
  }
  return NULL;
}

int main(int count, char** arguments) {
  const long forks = count > 1 ? atol(arguments[1]) / 2 : 0;
  pthread_t threads[THREADS], forkers[2];
  for (uintptr_t i = 0; i < THREADS; ++i)
    if (pthread_create(&threads[i], NULL, busy, (void*)(i + 1)) != 0) return 2;
  for (int i = 0; i < 2; ++i)
    if (pthread_create(&forkers[i], NULL, forker, (void*)(uintptr_t)forks) != 0) return 2;
  for (int i = 0; i < 2; ++i) pthread_join(forkers[i], NULL);
  stop = 1;
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
  return failed;
}
