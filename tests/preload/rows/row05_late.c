/* Opens the library with dlopen(), after another module has taken 64 bytes of the loader's reserve
 * for static TLS. Not malloc's first definition, it serves nobody and hands every call on to
 * libc's. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "check.h"

static void* (*late_malloc)(size_t);
static void (*late_free)(void*);

static void* use(void* unused) {
  void* blocks[200];
  for (size_t i = 0; i < 200; ++i) check(blocks[i] = late_malloc(i * i));
  for (size_t i = 0; i < 200; ++i) memset(blocks[i], 1, i * i);
  for (size_t i = 0; i < 200; ++i) late_free(blocks[i]);
  free(malloc(1000));
  return unused;
}

int main(int argc, char** argv) {
  check(argc == 3);
  check(dlopen(argv[2], RTLD_NOW));
  void* library = dlopen(argv[1], RTLD_NOW);
  if (!library) fprintf(stderr, "%s\n", dlerror());
  check(library);
  late_malloc = (void* (*)(size_t))dlsym(library, "malloc");
  late_free = (void (*)(void*))dlsym(library, "free");
  check(late_malloc && late_free);
  use(NULL);
  pthread_t thread;
  check(pthread_create(&thread, NULL, use, NULL) == 0);
  pthread_join(thread, NULL);
  late_free(malloc(100));
  free(late_malloc(100));
  return 0;
}
