/* A second preload with a dlopen of its own, behind ours: prints the flag, and opens the plugin
 * where the caller's RUNPATH would have found it. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void* dlopen(const char* name, int flags) {
  void* (*next)(const char*, int) = (void* (*)(const char*, int))dlsym(RTLD_NEXT, "dlopen");
  printf("dlopen deepbind=%d\n", (flags & RTLD_DEEPBIND) != 0);
  char path[4096];
  if (name && !strchr(name, '/')) {
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 64);
    if (length < 0) return NULL;
    path[length] = '\0';
    snprintf(strrchr(path, '/'), 64, "/plugins/%s", name);
    name = path;
  }
  return next(name, flags);
}
