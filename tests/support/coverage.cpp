// Builds with OXIDALLOC_COVERAGE alone: processes that end by a message's abort, or by _exit() in a
// fork's child, write what they have executed, too.
#include <signal.h>

extern "C" {
void __gcov_dump();
[[noreturn]] void __real__exit(int status);
[[noreturn]] void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}
}

namespace {

void on_abort(int) {
  __gcov_dump();
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
}

[[gnu::constructor]] void prepare() {
  signal(SIGABRT, on_abort);
}

}  // namespace
