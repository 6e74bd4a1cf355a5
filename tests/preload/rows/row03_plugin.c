/* A plugin as a program opens it with RTLD_DEEPBIND: it frees what the program allocated, and the
 * other way round. */
#include <stdlib.h>
#include <string.h>

void plugin_take(void* block) {
  free(block);
}
void* plugin_give(size_t size) {
  return memset(malloc(size), 1, size);
}
void* plugin_grow(void* block, size_t size) {
  return realloc(block, size);
}
