/* The other ways to a child, from eight busy threads: vfork, posix_spawn, popen, clone with shared
 * memory, and, without other threads, _Fork and the bare system call. Usage: row07_other ROUNDS */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

extern char** environ;
static volatile int stop;

static void use_heap(unsigned seed) {
  void* blocks[50];
  for (unsigned i = 0; i < 50; ++i) {
    const size_t size = (seed + i) * 2654435761u % (i % 10 ? 2000 : 200000) + 1;
    check(blocks[i] = malloc(size));
    memset(blocks[i], 1, size);
  }
  for (unsigned i = 0; i < 50; ++i) free(blocks[i]);
}

static void* busy(void* unused) {
  for (unsigned i = 0; !stop; ++i) use_heap(i);
  return unused;
}

static void reap(pid_t pid) {
  int status;
  check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

static int child_of_clone(void* unused) {
  use_heap(1); /* the parent waits, its memory is ours */
  _exit(unused != NULL);
}

static void with_threads(unsigned round) {
  char* arguments[] = {(char*)"true", NULL};
  pid_t pid;
  check(posix_spawnp(&pid, "true", NULL, NULL, arguments, environ) == 0);
  reap(pid);
  pid = vfork();
  if (pid == 0) {
    execvp("true", arguments);
    _exit(1);
  }
  reap(pid);
  FILE* pipe = popen("echo popen", "r");
  char line[100] = "";
  check(pipe && fgets(line, sizeof line, pipe) && strcmp(line, "popen\n") == 0);
  check(pclose(pipe) == 0);
  static char stack[256 << 10];
  reap(
      clone(child_of_clone, stack + sizeof stack, CLONE_VM | CLONE_VFORK | 17 /* SIGCHLD */, NULL));
  use_heap(round);
}

static void alone(unsigned round) {
  pid_t (*bare_fork)(void) = (pid_t(*)(void))dlsym(RTLD_DEFAULT, "_Fork"); /* glibc 2.34 */
  for (int way = 0; way < 2; ++way) {
    if (way == 0 && !bare_fork) continue;
    const pid_t pid = way ? (pid_t)syscall(SYS_clone, 17, 0, 0, 0, 0) : bare_fork();
    if (pid == 0) {
      use_heap(round);
      _exit(0);
    }
    use_heap(round + 1);
    reap(pid);
  }
}

int main(int argc, char** argv) {
  check(argc == 2);
  const unsigned rounds = (unsigned)atoi(argv[1]);
  for (unsigned i = 0; i < rounds; ++i) alone(i);
  pthread_t threads[8];
  for (int i = 0; i < 8; ++i) check(pthread_create(&threads[i], NULL, busy, NULL) == 0);
  for (unsigned i = 0; i < rounds; ++i) with_threads(i);
  stop = 1;
  for (int i = 0; i < 8; ++i) pthread_join(threads[i], NULL);
  puts("passed");
  return 0;
}
