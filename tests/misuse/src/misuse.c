// One bug per run: misuse NAME SIZE commits it with blocks of SIZE bytes and then exits with 0, as
// if nothing had happened. Prints the pointer that is misused.
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCKS 400

static size_t size;
static char* blocks[BLOCKS];

static char* blame(void* pointer) {
  char line[64];
  int length = snprintf(line, sizeof line, "%p\n", pointer);
  if (write(1, line, (size_t)length) != length) _exit(3);
  return pointer;
}

static void* free_it(void* block) {
  free(block);
  return NULL;
}

static void free_in_thread(void* block) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, free_it, block) != 0) _exit(3);
  pthread_join(thread, NULL);
}

// A free block that was written to is noticed when its turn comes, or that of those that wait
// before it.
#define MANY 20000

static void use_up_by(void* (*allocate)(size_t)) {
  static void* many[MANY];
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < MANY; ++i) *(volatile char*)(many[i] = allocate(size)) = 1;
    for (int i = 0; i < MANY; ++i) free(many[i]);
  }
}

// Their slabs come into use again, that of the first blocks among them.
static void free_from(int first) {
  for (int i = first; i < BLOCKS; ++i) free(blocks[i]);
}
static void free_most(void) {
  free_from(20);
}

static void use_up(void) {
  use_up_by(malloc);
}
static void* zeroed(size_t bytes) {
  return calloc(1, bytes);
}

static void double_free(void) {
  free(blocks[3]);
  free(blame(blocks[3]));
}

static void double_free_delayed(void) {
  free(blocks[3]);
  for (int i = 0; i < 1000; ++i)
    free(malloc(size / 2 + 8 * (size_t)i));  // other classes for the most part
  free(blame(blocks[3]));
}

static void double_free_after_others(void) {
  free(blocks[3]);
  for (int i = 4; i < 16; ++i) free(blocks[i]);
  free(blame(blocks[3]));
}

// The block is in use again, perhaps, and freed by its new owner first.
static void double_free_after_reuse(void) {
  free(blocks[3]);
  for (int i = 0; i < 3; ++i) blocks[i] = malloc(size);
  free(blame(blocks[3]));
  for (int i = 0; i < 3; ++i) free(blocks[i]);
}

// Another request of that size has come meanwhile.
static void double_free_after_next(void) {
  free(blocks[3]);
  blocks[0] = malloc(size);
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

static void interior(void) {
  free(blame(blocks[3] + 16));
}
static void misaligned(void) {
  free(blame(blocks[3] + 1));
}
static void last_byte(void) {
  free(blame(blocks[3] + size - 1));
}
static void interior_in_thread(void) {
  free_in_thread(blame(blocks[3] + 8));
}
static void realloc_interior(void) {
  blocks[0] = realloc(blame(blocks[3] + 16), 10);
}
static void usable_size_interior(void) {
  size = malloc_usable_size(blame(blocks[3] + 16));
}

// Far above all that was handed out, and a place never handed out near by.
static void wild(void) {
  free(blame((char*)((uintptr_t)blocks[3] + ((uintptr_t)1 << 32))));
}
static void slice_start(void) {
  free(blame((char*)((uintptr_t)blocks[3] & ~(uintptr_t)0xffff)));
}

static void on_stack(void) {
  char local[64];
  memset(local, 0, sizeof local);
  free(blame(local + 16));
}

static void in_data(void) {
  static char global[64];
  free(blame(global + 16));
}

static void foreign_mapping(void) {
  char* page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) _exit(3);
  free(blame(page + 64));
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
  free_most();
  use_up();
}

static void usable_size_freed(void) {
  free(blocks[3]);
  size = malloc_usable_size(blame(blocks[3]));
}

static void write_inside_after_free(void) {
  free(blocks[3]);
  memset(blame(blocks[3]) + size / 2, 'A', 8);
  free_most();
  use_up();
}

static void write_after_free_delayed(void) {
  free(blocks[3]);
  for (int i = 20; i < 60; ++i) free(blocks[i]);
  memset(blame(blocks[3]), 'A', size < 64 ? size : 64);
  free_from(60);
  use_up();
}

// Into every block of the slabs that wait for their turn, while the one that has it is sound.
static void write_into_waiting(void) {
  use_up();
  for (int i = 60; i < BLOCKS; ++i) blocks[i] = malloc(size);
  char* now = malloc(size);
  free_most();
  for (int i = 60; i < BLOCKS; ++i)
    if (((uintptr_t)blocks[i] ^ (uintptr_t)now) >> 16) memset(blocks[i], 'A', 8);
  use_up();
}

static void calloc_after_write(void) {
  free(blocks[3]);
  memset(blame(blocks[3]), 'A', size < 64 ? size : 64);
  free_most();
  use_up_by(zeroed);
}

// What a free list has in a block is replaced by an address, as an attacker would.
static void corrupt_free_list(void) {
  for (int i = 3; i < 9; ++i) free(blocks[i]);
  memcpy(blame(blocks[5]), &blocks[20], sizeof blocks[20]);
  free_most();
  use_up();
}

// The two blocks that lie closest together.
static char *lower, *upper;

static int by_address(const void* one, const void* other) {
  char *a = *(char*const*)one, *b = *(char*const*)other;
  return a < b ? -1 : a > b;
}

static void find_neighbours(void) {
  char* sorted[BLOCKS];
  memcpy(sorted, blocks, sizeof sorted);
  qsort(sorted, BLOCKS, sizeof sorted[0], by_address);
  int best = 20;  // the first ones may stand apart
  for (int i = best + 1; i < BLOCKS - 1; ++i)
    if (sorted[i + 1] - sorted[i] < sorted[best + 1] - sorted[best]) best = i;
  lower = sorted[best];
  upper = sorted[best + 1];
}

// Past what the program may use, be it more than it asked for.
static void overflow(size_t bytes, int into_free) {
  find_neighbours();
  if (into_free) free(upper);
  blame(into_free ? upper : lower);
  memset(lower, 'A', malloc_usable_size(lower) + bytes);
  if (into_free) use_up();
  free(lower);
  if (!into_free) free(upper);
}

static void overflow_by_1_into_free(void) {
  overflow(1, 1);
}
static void overflow_by_8_into_free(void) {
  overflow(8, 1);
}
static void overflow_by_64_into_free(void) {
  overflow(64, 1);
}
static void overflow_by_1_into_used(void) {
  overflow(1, 0);
}
static void overflow_by_8_into_used(void) {
  overflow(8, 0);
}
static void overflow_by_64_into_used(void) {
  overflow(64, 0);
}

static void underflow(size_t bytes, int into_free) {
  find_neighbours();
  if (into_free) free(lower);
  blame(upper);
  memset(upper - bytes, 'A', bytes);
  free(upper);
  if (into_free)
    use_up();
  else
    free(lower);
}

static void underflow_by_1_into_used(void) {
  underflow(1, 0);
}
static void underflow_by_8_into_used(void) {
  underflow(8, 0);
}
static void underflow_by_8_into_free(void) {
  underflow(8, 1);
}

static void go_on(void) {
  for (size_t bytes = 2000; bytes < 30000; bytes += 1000) *(volatile char*)malloc(bytes) = 1;
}

// The block is not used again, yet others of its thread are.
static void write_and_go_on(void) {
  free(blocks[3]);
  memset(blame(blocks[3]), 'A', 16);
  go_on();
}

// A block of 16 bytes whose address ends as told: the first ones of a slice, of a page the last
// one.
__attribute__((noinline)) static char* find_ending(uintptr_t mask, uintptr_t end) {
  for (int i = 0; i < 100000; ++i) {
    char* block = malloc(1);
    if (((uintptr_t)block & mask) == end) return block;
  }
  exit(2);
}
static void underflow_at_start(void) {
  char* first = find_ending(0xffff, 16);
  blame(first)[-1] ^= 'A';
  go_on();
}
static void underflow_past_start(void) {
  char* second = find_ending(0xffff, 32);
  blame(second)[-32] ^= 'A';
  go_on();
}
// What lies behind was never in use.
static void overflow_at_end(void) {
  char* last = find_ending(0xfff, 0xff0);
  blame(last)[47] ^= 'A';
  go_on();
}

// Where a slab has a block that it has not handed out yet.
static void not_handed_out(void) {
  for (int i = 0; i < 1000; ++i) *(volatile char*)malloc(1) = 1;
  char* first = find_ending(0xffff, 16);
  free(blame(first + 0x8000));
}

// Where few blocks are left, the pages between them are given back to the system: they read zero.
static void double_free_in_returned_page(void) {
  enum { kMany = 400000, kLeft = 256 };
  static char* many[kMany];
  for (int i = 0; i < kMany; ++i) memset(many[i] = malloc(size), 1, size);
  for (int i = 0; i < kMany; ++i)
    if (i % kLeft != 0) free(many[i]);
  for (int i = 1; i < kMany; ++i)
    if (i % kLeft != 0 && *(volatile char*)many[i] == 0) free(blame(many[i]));
  exit(2);
}

// All was freed by another thread, and given back to the system; then part of it is in use again.
static char* returned[400000];
enum { kReturned = sizeof returned / sizeof *returned };
static void* free_returned(void* unused) {
  for (int i = 0; i < kReturned; ++i) free(returned[i]);
  return unused;
}
static void double_free_after_return(void) {
  for (int i = 0; i < kReturned; ++i) memset(returned[i] = malloc(size), 1, size);
  pthread_t thread;
  if (pthread_create(&thread, NULL, free_returned, NULL) != 0) _exit(3);
  pthread_join(thread, NULL);
  static char* again[2000];
  for (int i = 0; i < 2000; ++i) again[i] = malloc(size);
  for (int i = 0; i < kReturned; ++i) {
    int in_use = 0;
    for (int j = 0; j < 2000 && !in_use; ++j) in_use = again[j] == returned[i];
    const int is_near = ((uintptr_t)returned[i] ^ (uintptr_t)again[1999]) < 0x10000;
    if (is_near && !in_use) free(blame(returned[i]));
  }
  exit(2);
}

static void double_free_overwritten(void) {
  free(blocks[3]);
  memset(blocks[3], 'A', size);
  free(blame(blocks[3]));
}

static void leak(void) {}

static volatile char seen;

static void read_empty(void) {
  seen = *blame(malloc(size));
}
static void write_empty(void) {
  *blame(malloc(size)) = 1;
}

static const struct {
  const char* name;
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
    {"write_inside_after_free", write_inside_after_free},
    {"write_after_free_delayed", write_after_free_delayed},
    {"write_into_waiting", write_into_waiting},
    {"calloc_after_write", calloc_after_write},
    {"corrupt_free_list", corrupt_free_list},
    {"overflow_by_1_into_free", overflow_by_1_into_free},
    {"overflow_by_8_into_free", overflow_by_8_into_free},
    {"overflow_by_64_into_free", overflow_by_64_into_free},
    {"overflow_by_1_into_used", overflow_by_1_into_used},
    {"overflow_by_8_into_used", overflow_by_8_into_used},
    {"overflow_by_64_into_used", overflow_by_64_into_used},
    {"underflow_by_1_into_used", underflow_by_1_into_used},
    {"underflow_by_8_into_used", underflow_by_8_into_used},
    {"underflow_by_8_into_free", underflow_by_8_into_free},
    {"write_and_go_on", write_and_go_on},
    {"underflow_at_start", underflow_at_start},
    {"underflow_past_start", underflow_past_start},
    {"overflow_at_end", overflow_at_end},
    {"not_handed_out", not_handed_out},
    {"double_free_in_returned_page", double_free_in_returned_page},
    {"double_free_after_return", double_free_after_return},
    {"double_free_overwritten", double_free_overwritten},
    {"leak", leak},
    {"read_empty", read_empty},
    {"write_empty", write_empty},
    {"foreign_mapping", foreign_mapping},
    {"usable_size_freed", usable_size_freed},
    {"double_free_after_reuse", double_free_after_reuse},
    {"double_free_after_next", double_free_after_next},
};

// usage: misuse NAME SIZE [busy]; busy: the class has seen much use before.
int main(int count, char** arguments) {
  if (count < 3) return 2;
  size = strtoul(arguments[2], NULL, 10);
  for (int i = 0; count > 3 && i < 300; ++i) free(malloc(size));
  for (int i = 0; i < BLOCKS; ++i) blocks[i] = memset(malloc(size), 0x5a, size);
  for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; ++i)
    if (strcmp(bugs[i].name, arguments[1]) == 0) {
      bugs[i].commit();
      return 0;
    }
  return 2;
}
