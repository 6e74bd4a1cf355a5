/* A library whose constructor runs before the preloaded library's, so that its handlers of fork run
 * between that one's: they allocate and free in all three places. */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void* kept[6];

static void allocate(void) {
  static const size_t sizes[6] = {40, 700, 3000, 20000, 100000, 3000000};
  for (int i = 0; i < 6; ++i) {
    free(kept[i]);
    kept[i] = malloc(sizes[i]);
    if (!kept[i]) abort();
    memset(kept[i], 1, sizes[i]);
    kept[i] = realloc(kept[i], 2 * sizes[i]);
  }
  malloc_trim(0);
}

__attribute__((constructor)) static void on_load(void) {
  pthread_atfork(allocate, allocate, allocate);
}
