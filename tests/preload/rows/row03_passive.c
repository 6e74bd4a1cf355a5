/* Exports an allocator of its own, so the library is passive: a deep-bound plugin then binds to
 * libc, as it does without the library. */
#include <dlfcn.h>

#include "check.h"

static char heap[1 << 20];
static size_t used;

void* malloc(size_t size) {
  size_t* block = (size_t*)(heap + used);
  used += (size + 31) & ~(size_t)15;
  return used <= sizeof heap ? block + 2 : NULL;
}
void free(void* block) {
  (void)block;
}
void* calloc(size_t count, size_t size) {
  return malloc(count * size);
}
void* realloc(void* block, size_t size) {
  void* fresh = malloc(size);
  return block ? memcpy(fresh, block, size) : fresh;
}

int main(void) {
  void* plugin = dlopen("row03_plugin.so", RTLD_NOW | RTLD_DEEPBIND);
  check(plugin);
  void* (*give)(size_t) = (void* (*)(size_t))dlsym(plugin, "plugin_give");
  char* block = give(100);
  check(block && (block < heap || block >= heap + sizeof heap));
  return 0;
}
