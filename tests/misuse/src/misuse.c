// One bug per run: misuse NAME SIZE commits it with blocks of SIZE bytes and then exits with 0, as if nothing
// had happened. Prints the pointer that is misused.
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCKS 16

static size_t size;
static char *blocks[BLOCKS];

static char *blame(void *pointer) {
  char line[64];
  int length = snprintf(line, sizeof line, "%p\n", pointer);
  if (write(1, line, (size_t)length) != length) _exit(3);
  return pointer;
}

static void *free_it(void *block) {
  free(block);
  return NULL;
}

static void free_in_thread(void *block) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, free_it, block) != 0) _exit(3);
  pthread_join(thread, NULL);
}

// A free block that was written to is noticed when its turn comes.
static void use_up(void) {
  for (int i = 0; i < 20000; ++i) *(volatile char *)malloc(size) = 1;
}

static void double_free(void) {
  free(blocks[3]);
  free(blame(blocks[3]));
}

static void double_free_delayed(void) {
  free(blocks[3]);
  for (int i = 0; i < 1000; ++i) free(malloc(size / 2 + 8 * (size_t)i));  // other classes for the most part
  free(blame(blocks[3]));
}

static void double_free_after_others(void) {
  free(blocks[3]);
  for (int i = 4; i < BLOCKS; ++i) free(blocks[i]);
  free(blame(blocks[3]));
}

static void double_free_in_thread(void) {
  free(blocks[3]);
  free_in_thread(blame(blocks[3]));
}

static void double_free_after_thread(void) {
  free_in_thread(blocks[3]);
  free(blame(blocks[3]));
}

static void double_free_by_threads(void) {
  free_in_thread(blocks[3]);
  free_in_thread(blame(blocks[3]));
}

static void interior(void) { free(blame(blocks[3] + 16)); }
static void misaligned(void) { free(blame(blocks[3] + 1)); }
static void last_byte(void) { free(blame(blocks[3] + size - 1)); }
static void interior_in_thread(void) { free_in_thread(blame(blocks[3] + 8)); }
static void realloc_interior(void) { blocks[0] = realloc(blame(blocks[3] + 16), 10); }
static void usable_size_interior(void) { size = malloc_usable_size(blame(blocks[3] + 16)); }

// Far above all that was handed out, and a place never handed out near by.
static void wild(void) { free(blame((char *)((uintptr_t)blocks[3] + ((uintptr_t)1 << 32)))); }
static void slice_start(void) { free(blame((char *)((uintptr_t)blocks[3] & ~(uintptr_t)0xffff))); }

static void on_stack(void) {
  char local[64];
  memset(local, 0, sizeof local);
  free(blame(local + 16));
}

static void in_data(void) {
  static char global[64];
  free(blame(global + 16));
}

static void realloc_freed(void) {
  free(blocks[3]);
  blocks[0] = realloc(blame(blocks[3]), size);
}

static void realloc_freed_larger(void) {
  free(blocks[3]);
  blocks[0] = realloc(blame(blocks[3]), 3 * size);
}

static void write_after_free(void) {
  free(blocks[3]);
  memset(blame(blocks[3]), 'A', size < 64 ? size : 64);
  use_up();
}

static void overflow_into_free(void) {
  // The neighbour that lies behind, of those we have.
  int low = 0;
  while (low < BLOCKS - 1 && blocks[low] + malloc_usable_size(blocks[low]) != blocks[low + 1]) ++low;
  if (low == BLOCKS - 1) _exit(4);
  free(blocks[low + 1]);
  blame(blocks[low + 1]);
  memset(blocks[low], 'A', malloc_usable_size(blocks[low]) + 8);
  use_up();
}

static const struct {
  const char *name;
  void (*commit)(void);
} bugs[] = {
    {"double_free", double_free},
    {"double_free_delayed", double_free_delayed},
    {"double_free_after_others", double_free_after_others},
    {"double_free_in_thread", double_free_in_thread},
    {"double_free_after_thread", double_free_after_thread},
    {"double_free_by_threads", double_free_by_threads},
    {"interior", interior},
    {"misaligned", misaligned},
    {"last_byte", last_byte},
    {"interior_in_thread", interior_in_thread},
    {"realloc_interior", realloc_interior},
    {"usable_size_interior", usable_size_interior},
    {"wild", wild},
    {"slice_start", slice_start},
    {"on_stack", on_stack},
    {"in_data", in_data},
    {"realloc_freed", realloc_freed},
    {"realloc_freed_larger", realloc_freed_larger},
    {"write_after_free", write_after_free},
    {"overflow_into_free", overflow_into_free},
};

// usage: misuse NAME SIZE [busy]; busy: the class has seen much use before.
int main(int count, char **arguments) {
  if (count < 3) return 2;
  size = strtoul(arguments[2], NULL, 10);
  for (int i = 0; count > 3 && i < 200; ++i) free(malloc(size));
  for (int i = 0; i < BLOCKS; ++i) blocks[i] = memset(malloc(size), 0x5a, size);
  for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; ++i)
    if (strcmp(bugs[i].name, arguments[1]) == 0) {
      bugs[i].commit();
      return 0;
    }
  return 2;
}
