/* Enters a filter and then uses the allocator. Usage: row04_filter FILTER heavy|first|getrandom
 *   heavy      threads started before the filter and, where it lets, after it
 *   first      the process's first request comes inside the filter
 *   getrandom  no allocation but a forbidden call: shows that the filter is there */
#include "filters.h"
#include "workload.h"

static int find_filter(const char* name) {
  for (int i = 0; i < (int)(sizeof filters / sizeof *filters); ++i)
    if (strcmp(filters[i].name, name) == 0) return i;
  check(!"a known filter");
  return 0;
}

static void* short_thread(void* unused) {
  (void)unused;
  void* blocks[100];
  for (int i = 0; i < 100; ++i) check(blocks[i] = malloc((size_t)i * 37 + 1));
  for (int i = 0; i < 100; i += 2) free(blocks[i]);
  return blocks[1]; /* outlives the thread */
}

static void heavy(int filter) {
  start_workload(4);
  enter_filter(filters[filter].rules);
  run_workload(3);
  for (int i = 0; filters[filter].lets_create_threads && i < 20; ++i) {
    pthread_t thread;
    void* block;
    check(pthread_create(&thread, NULL, short_thread, NULL) == 0);
    pthread_join(thread, &block);
    free(block);
  }
  run_workload(3);
  end_workload();
}

static void first(int filter) {
  enter_filter(filters[filter].rules);
  void* blocks[64];
  for (int i = 0; i < 64; ++i) check(blocks[i] = malloc((size_t)1 << i % 22));
  for (int i = 0; i < 64; ++i) free(blocks[i]);
}

int main(int argc, char** argv) {
  check(argc == 3);
  const int filter = find_filter(argv[1]);
  if (strcmp(argv[2], "heavy") == 0) {
    heavy(filter);
  } else if (strcmp(argv[2], "first") == 0) {
    first(filter);
  } else {
    enter_filter(filters[filter].rules);
    syscall(SYS_getppid);
  }
  check(write(1, "passed\n", 7) == 7);
  _exit(0);
}
