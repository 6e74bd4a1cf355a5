/* The allocator on pages of SIZE bytes. Usage: row20_pages SIZE THREADS
 * Between two marks for a tracer (failing calls of write), everything: aligned calls, growth,
 * purges, moves. */
#include "workload.h"

#include <sys/auxv.h>

static void mark(const char* text) {
  (void)!write(-1, text, strlen(text));
}

static void page_calls(size_t page) {
  for (size_t size = 1; size < 3000000; size = size * 3 + 1) {
    char* block = valloc(size);
    check(block && (uintptr_t)block % page == 0);
    memset(block, 1, malloc_usable_size(block));
    free(block);
    block = pvalloc(size);
    check(block && (uintptr_t)block % page == 0);
    check(malloc_usable_size(block) >= (size + page - 1) / page * page);
    memset(block, 1, malloc_usable_size(block));
    free(block);
    check((block = memalign(2 * page, size)) && (uintptr_t)block % (2 * page) == 0);
    block[size - 1] = 1;
    free(block);
  }
}

int main(int argc, char** argv) {
  check(argc == 3);
  const size_t page = (size_t)atol(argv[1]);
  check(getauxval(AT_PAGESZ) == page);
  start_workload(atoi(argv[2]));
  mark("begin");
  page_calls(page);
  run_workload(2);
  char* growing = malloc(300000);
  for (size_t size = 600000; size < 3 * MOST_GROWN; size *= 2) {
    memset(growing, 5, size / 2);
    check(growing = realloc(growing, size));
    for (size_t at = 0; at < size / 2; at += 4096) check(growing[at] == 5);
  }
  free(growing);
  malloc_trim(0);
  mark("end");
  end_workload();
  check(write(1, "passed\n", 7) == 7);
  return 0;
}
