/* Fills and frees MIB mebibytes in one size after the other, ROUNDS times: what was freed in one
 * size must be there for the next, and go back to the system before the limit is reached. Usage:
 * row11_cycle MIB ROUNDS */
#include "check.h"

int main(int argc, char** argv) {
  check(argc == 3);
  const size_t bytes = (size_t)atol(argv[1]) << 20;
  static const size_t sizes[] = {48, 600, 1500, 9000, 31000, 100000, 3000000};
  for (long round = 0; round < atol(argv[2]); ++round)
    for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; ++s) {
      void** first = NULL;
      for (size_t sum = 0; sum + sizes[s] <= bytes; sum += sizes[s]) {
        void** block = malloc(sizes[s]);
        check(block);
        memset(block, 1, sizes[s]);
        *block = first;
        first = block;
      }
      for (void** next; first; first = next) {
        next = *first;
        free(first);
      }
    }
  return 0;
}
