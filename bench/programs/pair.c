// pair SIZE BATCH ORDER ROUNDS: allocates BATCH blocks of SIZE bytes, frees them in order
// ("forward") or in reverse ("reverse"), ROUNDS times; nothing else. For callgrind and for wall
// time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kMostBlocks = 10000 };

int main(int count, char** arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: pair SIZE BATCH forward|reverse ROUNDS\n");
    return 2;
  }
  const size_t size = strtoul(arguments[1], NULL, 10);
  const size_t batch = strtoul(arguments[2], NULL, 10);
  const int reverse = strcmp(arguments[3], "reverse") == 0;
  const size_t rounds = strtoul(arguments[4], NULL, 10);
  static void* blocks[kMostBlocks];
  if (batch > kMostBlocks) return 2;

  for (size_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < batch; ++i) blocks[i] = malloc(size);
    if (reverse)
      for (size_t i = batch; i-- > 0;) free(blocks[i]);
    else
      for (size_t i = 0; i < batch; ++i) free(blocks[i]);
  }
  return 0;
}
