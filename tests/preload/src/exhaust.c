// exhaust LEAST: allocates until there is no more, for several sizes; each time at least LEAST MiB
// must have been had, the failure must be NULL with ENOMEM, and all can be freed and had again.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char** arguments) {
  const size_t least = (count > 1 ? strtoul(arguments[1], NULL, 10) : 0) << 20;
  const size_t sizes[] = {1 << 20, 100, 5000, 200000};
  for (int round = 0; round < 2; ++round)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
      void** last = NULL;
      size_t bytes = 0;
      errno = 0;
      for (;;) {
        void** block = malloc(sizes[i]);
        if (!block) break;
        memset(block, 1, sizes[i]);
        *block = last;
        last = block;
        bytes += sizes[i];
      }
      if (errno != ENOMEM) return 2;
      while (last) {
        void** previous = *last;
        free(last);
        last = previous;
      }
      if (bytes < least) {
        fprintf(stderr, "round %d: only %zu bytes in blocks of %zu\n", round, bytes, sizes[i]);
        return 1;
      }
    }
  return 0;
}
