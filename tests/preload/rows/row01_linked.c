#include <stdio.h>

#include "check.h"

long count_served(void);

int main(void) {
  void* block = malloc(100);
  check(block);
  char* text = strdup("copied");
  free(realloc(block, 10000));
  free(text);
  check(count_served() == 0);
  puts("passed");
  return 0;
}
