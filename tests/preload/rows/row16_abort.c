/* A handler of SIGABRT that prints a trace, as many programs have: it runs inside free, which has
 * just reported a block freed twice. */
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>

#include "check.h"

static void on_abort(int signal) {
  void* frames[32];
  const int count = backtrace(frames, 32);
  char** names = backtrace_symbols(frames, count);
  check(names && count > 2);
  fprintf(stderr, "signal %d, %d frames, the last of %s\n", signal, count, names[count - 1]);
  free(names);
  _exit(42);
}

int main(void) {
  signal(SIGABRT, on_abort);
  char* volatile block = malloc(100);
  free(block);
  free(block);
  return 0;
}
