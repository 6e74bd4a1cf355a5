/* A program that is linked with the library and looks at its own heap through oxidalloc.h: 0 if the figures are right. */
#include <oxidalloc.h>
#include <stdlib.h>

int main(void) {
  const size_t before = oxidalloc_statistics().live_bytes;
  void* volatile block = malloc(100000);
  const size_t after = oxidalloc_statistics().live_bytes;
  free(block);
  return after - before < 100000 || oxidalloc_statistics().held_bytes < after - before;
}
