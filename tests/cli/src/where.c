/* where [SECONDS]: prints who served its malloc: "libc" if a small block lies in the heap that libc
 * grows with brk, else "ours"; then sleeps. Asks nobody's status: it is the judge of what status
 * says. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int in_brk_heap(const void* block) {
  char line[512];
  FILE* maps = fopen("/proc/self/maps", "r");
  if (!maps) exit(2);
  int found = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long start, end;
    if (strstr(line, "[heap]") && sscanf(line, "%lx-%lx", &start, &end) == 2)
      found = (uintptr_t)block >= start && (uintptr_t)block < end;
  }
  fclose(maps);
  return found;
}

int main(int count, char** words) {
  void* block = malloc(100);
  puts(in_brk_heap(block) ? "libc" : "ours");
  fflush(stdout);
  if (count > 1) sleep((unsigned)atoi(words[1]));
  free(block);
  return 0;
}
