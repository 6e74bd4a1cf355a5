/* Opens a plugin by its bare name, as RUNPATH finds it, with RTLD_DEEPBIND, and passes blocks both
 * ways. Usage: row03_host [SHADOW...]: more plugins that must not be found. */
#include <dlfcn.h>
#include <stdio.h>

#include "check.h"

typedef void* (*open_function)(const char*, int);

static void* open_plugin(const char* name, int flags) {
  void* plugin = dlopen(name, flags);
  if (!plugin) fprintf(stderr, "%s\n", dlerror());
  return plugin;
}

int main(void) {
  void* plugin = open_plugin("row03_plugin.so", RTLD_NOW | RTLD_DEEPBIND);
  check(plugin);
  void (*take)(void*) = (void (*)(void*))dlsym(plugin, "plugin_take");
  void* (*give)(size_t) = (void* (*)(size_t))dlsym(plugin, "plugin_give");
  void* (*grow)(void*, size_t) = (void* (*)(void*, size_t))dlsym(plugin, "plugin_grow");
  check(take && give && grow);
  for (size_t size = 1; size < 1000000; size += size / 2 + 1) {
    take(malloc(size));
    free(give(size));
    free(grow(malloc(size), 2 * size));
    take(realloc(give(size), 3 * size));
  }
  /* The flags that stay: a plugin is not opened without a mode, and is found again without loading.
   */
  check(dlopen("row03_plugin.so", RTLD_NOW | RTLD_NOLOAD) == plugin);
  check(!dlopen("row03_absent.so", RTLD_NOW | RTLD_DEEPBIND) && dlerror());
  check(dlopen(NULL, RTLD_NOW));
  /* The address by name is the same function. */
  open_function by_name = (open_function)dlsym(RTLD_DEFAULT, "dlopen");
  check(by_name("row03_plugin.so", RTLD_NOW | RTLD_DEEPBIND) == plugin);
  puts("passed");
  return 0;
}
