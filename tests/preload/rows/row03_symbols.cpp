// The look-up that needs no dlsym(), for programs on a glibc before 2.34 that do not link libdl: it
// finds what dlsym() finds. Built with the library's own source.
#include <dlfcn.h>
#include <link.h>

#include <cstdio>
#include <initializer_list>

#include "api/next_symbol.h"

int main() {
  for (const char* name : {"dlopen", "malloc", "getpid", "dlsym"}) {
    void* expected = dlsym(RTLD_NEXT, name);
    void* found = ox::find_behind(_DYNAMIC, name);
    std::printf("%s %p %p\n", name, expected, found);
    if (!found || found != expected) return 1;
  }
  return ox::find_behind(_DYNAMIC, "no_such_function") != nullptr;
}
