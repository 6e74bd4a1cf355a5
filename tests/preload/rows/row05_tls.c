/* Thread-local storage of others, all of it that the loader lets a program have.
 * Usage: row05_tls recursion MODULE DIRECTORY | surplus MODULE DIRECTORY
 *   recursion  a hundred modules with TLS are opened while threads run; each thread's next call of
 * the allocator then comes before the loader has grown that thread's table of modules, which the
 * loader does in the middle of a variable's first use, by malloc and free. surplus    prints how
 * many modules with TLS of the initial-exec kind, 64 bytes each, can be opened before the loader's
 * reserve for them is used up Copies of MODULE are made in DIRECTORY, for each file is one module.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "check.h"

enum { kModules = 100, kThreads = 8, kMost = 2000 };

static pthread_barrier_t start, opened;
static int* (*variable_of[kModules])(void);

static void* open_copy(const char* module, const char* directory, int number) {
  char path[4096];
  snprintf(path, sizeof path, "%s/copy%d.so", directory, number);
  struct stat info;
  const int from = open(module, O_RDONLY), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
  check(from >= 0 && to >= 0 && fstat(from, &info) == 0);
  check(sendfile(to, from, NULL, (size_t)info.st_size) == info.st_size);
  close(from);
  close(to);
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  unlink(path);
  return handle;
}

static void* thread(void* unused) {
  void* kept[64];
  for (size_t i = 0; i < 64; ++i) check(kept[i] = malloc(i * 40 + 1));
  pthread_barrier_wait(&start);
  pthread_barrier_wait(&opened);
  /* The first call after the table became too small; then one for each of the modules. */
  for (size_t i = 0; i < 64; ++i) free(kept[i]);
  for (int i = 0; i < kModules; ++i) {
    int* variable = variable_of[i]();
    check(*variable == 1234);
    *variable = i;
    free(malloc((size_t)i * 100));
  }
  for (int i = 0; i < kModules; ++i) check(*variable_of[i]() == i);
  return unused;
}

static void recursion(const char* module, const char* directory) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&start, NULL, kThreads + 1);
  pthread_barrier_init(&opened, NULL, kThreads + 1);
  for (int i = 0; i < kThreads; ++i) check(pthread_create(&threads[i], NULL, thread, NULL) == 0);
  pthread_barrier_wait(&start);
  for (int i = 0; i < kModules; ++i) {
    void* handle = open_copy(module, directory, i);
    if (!handle) fprintf(stderr, "%s\n", dlerror());
    check(handle);
    variable_of[i] = (int* (*)(void))dlsym(handle, "module_variable");
    check(variable_of[i]);
  }
  pthread_barrier_wait(&opened);
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  puts("passed");
}

static void surplus(const char* module, const char* directory) {
  int count = 0;
  while (count < kMost && open_copy(module, directory, count)) ++count;
  check(count < kMost && strstr(dlerror(), "static TLS block"));
  printf("%d\n", count);
}

int main(int argc, char** argv) {
  check(argc == 4);
  if (strcmp(argv[1], "recursion") == 0)
    recursion(argv[2], argv[3]);
  else
    surplus(argv[2], argv[3]);
  return 0;
}
