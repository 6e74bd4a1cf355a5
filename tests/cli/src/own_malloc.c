/* A program with an allocator of its own, as browsers have. Prints nothing, sleeps. */
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

static char pool[1 << 22];
static size_t used;

void* malloc(size_t size) {
  used = (used + 15) & ~(size_t)15;
  if (size > sizeof pool - used) return NULL;
  void* block = pool + used;
  used += size;
  return block;
}
void free(void* block) {
  (void)block;
}
void* calloc(size_t count, size_t size) {
  return malloc(count * size);
}
void* realloc(void* block, size_t size) {
  (void)block;
  return malloc(size);
}

int main(int count, char** words) {
  if (count > 1) sleep((unsigned)atoi(words[1]));
  return 0;
}
