/* A program that is linked with the library and looks at its own heap through oxidalloc.h: 0 if the
 * figures are right. */
#include <oxidalloc.h>
#include <stdlib.h>

static size_t live_bytes(void) {
  struct oxidalloc_figures figures;
  return oxidalloc_statistics(&figures, sizeof figures) == 0 ? figures.live_bytes : 0;
}

int main(void) {
  if (!oxidalloc_version) return 1;
  const size_t before = live_bytes();
  void* volatile block = malloc(100000);
  const size_t after = live_bytes();
  free(block);
  return after < before + 100000 || live_bytes() > before + 1000;
}
