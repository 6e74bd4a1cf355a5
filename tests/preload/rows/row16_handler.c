/* Signals that arrive in the middle of malloc and free. Usage: row16_handler exit|return|fork
 * ROUNDS exit    a crash handler: allocates in every way, then ends the process with _exit return
 * a handler that allocates and returns, of sizes that share nothing with the fast paths fork    a
 * crash handler that forks a reporter, which allocates too A round that does not end within 5
 * seconds is a deadlock. */
#include <execinfo.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "check.h"

enum { kBlocks = 64 };

static const char* way;
static void* volatile prepared[4];
static volatile long handled;

static void allocate_in_every_way(void) {
  char* small = malloc(100);
  char* large = malloc(300000);
  check(small && large);
  memset(small, 1, 100);
  memset(large, 1, 300000);
  check(large = realloc(large, 900000));
  check(large[299999] == 1);
  char* zeroed = calloc(1, 200000);
  check(zeroed && zeroed[199999] == 0);
  void* aligned;
  check(posix_memalign(&aligned, 8192, 100000) == 0);
  free(aligned);
  free(zeroed);
  free(large);
  free(small);
  for (int i = 0; i < 4; ++i) free(prepared[i]); /* blocks from before */
  (void)mallinfo2();
  malloc_trim(0);
}

static void on_signal(int signal) {
  (void)signal;
  ++handled;
  if (strcmp(way, "return") == 0) {
    char* block = malloc(150000);
    check(block);
    memset(block, 2, 150000);
    check(block = realloc(block, 400000));
    check(block[149999] == 2);
    free(block);
    return;
  }
  if (strcmp(way, "fork") == 0) {
    const pid_t reporter = fork();
    check(reporter >= 0);
    if (reporter == 0) {
      allocate_in_every_way();
      _exit(0);
    }
    int status;
    check(waitpid(reporter, &status, 0) == reporter && status == 0);
  }
  allocate_in_every_way();
  void* frames[32];
  check(backtrace(frames, 32) > 0);
  _exit(42);
}

/* Enters the span heap's lock as often as can be, and the other locks too. */
static void* load(void* unused) {
  void* blocks[kBlocks] = {0};
  for (unsigned i = 0;; ++i) {
    void** slot = &blocks[i % kBlocks];
    free(*slot);
    *slot = malloc((size_t)40000 + i % 7 * 65536);
    check(*slot);
    *(char*)*slot = 1;
    if (i % 64 == 0) malloc_trim(0);
  }
  return unused;
}

static void start_timer(int microseconds, int again) {
  signal(SIGALRM, on_signal);
  const struct itimerval timer = {{0, again ? microseconds : 0}, {0, microseconds}};
  check(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void run_round(long round) {
  for (int i = 0; i < 4; ++i) prepared[i] = malloc((size_t)1 << (5 + 5 * i));
  pthread_t other;
  if (round % 4 == 0) { /* the lock may be another thread's too */
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    check(pthread_create(&other, NULL, load, NULL) == 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
  }
  start_timer(200 + (int)(round % 97) * 13, 0);
  load(NULL);
}

static int ends_well(long round) {
  const pid_t child = fork();
  check(child >= 0);
  if (child == 0) run_round(round);
  int status;
  for (int waited = 0; waited < 5000; ++waited) {
    if (waitpid(child, &status, WNOHANG) == child) {
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) printf("status %x\n", (unsigned)status);
      return WIFEXITED(status) && WEXITSTATUS(status) == 42;
    }
    usleep(1000);
  }
  printf("deadlock in round %ld\n", round);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return 0;
}

static void handler_returns(long rounds) {
  void* blocks[kBlocks] = {0};
  start_timer(100, 1);
  for (unsigned i = 0; handled < rounds; ++i) {
    unsigned char** slot = (unsigned char**)&blocks[i % kBlocks];
    const size_t size = (size_t)40000 + i % 7 * 65536;
    if (*slot) check((*slot)[0] == 7 && (*slot)[39999] == 7);
    free(*slot);
    check(*slot = malloc(size));
    (*slot)[0] = (*slot)[39999] = 7;
  }
  const struct itimerval never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &never, NULL);
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
}

int main(int argc, char** argv) {
  check(argc == 3);
  way = argv[1];
  const long rounds = atol(argv[2]);
  if (strcmp(way, "return") == 0)
    handler_returns(rounds);
  else
    for (long round = 0; round < rounds; ++round)
      if (!ends_well(round)) return 1;
  puts("passed");
  return 0;
}
