// vfork and posix_spawn, from several threads at once that allocate meanwhile: the child borrows
// the parent's memory, heap and all.
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
static atomic_int failed;

static void* spawner(void* argument) {
  (void)argument;
  for (volatile int i = 0; i < 60 && !failed; ++i) {
    char* block = memset(malloc(1000 * (size_t)i + 1), 1, 1000 * (size_t)i + 1);
    char* const command[] = {"true", NULL};
    pid_t pid = -1;
    int status = -1;
    if (i % 2) {
      if (posix_spawn(&pid, "/bin/true", NULL, NULL, command, environ) != 0) failed = 1;
    } else {
      pid = vfork();
      if (pid == 0) {
        free(malloc(100));  // not allowed, and done by many
        execve("/bin/true", command, environ);
        _exit(127);
      }
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) failed = 1;
    free(block);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i)
    if (pthread_create(&threads[i], NULL, spawner, NULL) != 0) return 2;
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  FILE* stream = popen("echo from popen", "r");
  char line[64] = "";
  if (!stream || !fgets(line, sizeof line, stream) || strcmp(line, "from popen\n") != 0 ||
      pclose(stream) != 0)
    failed = 1;
  return failed;
}
