/* The heavy workload between two marks for a tracer: failing calls of write. */
#include "workload.h"

static void mark(const char* text) {
  (void)!write(-1, text, strlen(text));
}

int main(int argc, char** argv) {
  start_workload(4);
  mark("begin");
  run_workload(argc > 1 ? atoi(argv[1]) : 3);
  mark("end");
  end_workload();
  return 0;
}
