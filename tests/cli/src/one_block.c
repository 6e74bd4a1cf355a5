/* Allocates one block and ends: the least that makes the library start. */
#include <stdlib.h>

int main(void) {
  free(malloc(1));
  return 0;
}
