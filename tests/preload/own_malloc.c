// A program with an allocator of its own, exported as Chrome and Firefox do: it takes from an
// array, counts, and complains of a pointer that is not its own.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM (64 << 20)
static _Alignas(16) char room[ROOM];
static size_t used;
static long served, freed;

static void complain(const char* what) {
  if (write(2, what, strlen(what)) < 0) _exit(4);
  _exit(3);
}

void* malloc(size_t size) {
  const size_t bytes = (size + 15) / 16 * 16 + 16;
  if (size > ROOM || used + bytes > ROOM) {
    errno = ENOMEM;
    return NULL;
  }
  char* block = room + used + 16;
  memcpy(block - 16, &size, sizeof size);
  used += bytes;
  ++served;
  return block;
}

void free(void* pointer) {
  if (!pointer) return;
  if ((char*)pointer < room || (char*)pointer >= room + ROOM)
    complain("free of a pointer that is not ours\n");
  ++freed;
}

void* calloc(size_t count, size_t size) {
  return malloc(count * size);
}

void* realloc(void* old, size_t size) {
  void* block = malloc(size);
  if (!old || !block) return block;
  if ((char*)old < room || (char*)old >= room + ROOM)
    complain("realloc of a pointer that is not ours\n");
  size_t old_size;
  memcpy(&old_size, (char*)old - 16, sizeof old_size);
  return memcpy(block, old, old_size < size ? old_size : size);
}

static int ours(const void* pointer) {
  return (const char*)pointer >= room && (const char*)pointer < room + ROOM;
}

int main(void) {
  // libc's own calls, and those that the library builds on others, come to the program.
  char* copy = strdup("copied");
  char* line = NULL;
  size_t length = 0;
  FILE* stream = fopen("/proc/self/status", "r");
  if (!stream || getline(&line, &length, stream) <= 0) return 1;
  fclose(stream);
  void* array = reallocarray(NULL, 10, 10);
  if (!ours(copy) || !ours(line) || !ours(array)) return 2;
  free(copy);
  free(line);
  free(array);
  printf("served %d, freed %d\n", served > 3, freed > 3);
  return 0;
}
