// A program with an allocator of its own: every block, whoever asked for it, is its own, and comes
// back to it.
#include "own_family.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

extern "C" void free_sized(void*, size_t) __attribute__((weak));
extern "C" void free_aligned_sized(void*, size_t, size_t) __attribute__((weak));
extern "C" void cfree(void*) __attribute__((weak));

static void own(void* block) {
  check(block && is_own(block));
  free(block);
}

static void from_libc() {
  own(strdup("copied"));
  own(strndup("copied", 3));
  own(realpath("/", NULL));
  char* text = NULL;
  check(asprintf(&text, "%d", 7) > 0);
  own(text);
  FILE* stream = fopen("/proc/self/status", "r");
  char* line = NULL;
  size_t length = 0;
  check(stream && getline(&line, &length, stream) > 0);
  own(line);
  fclose(stream);
}

static void from_entry_points_built_on_others() {
  own(reallocarray(NULL, 10, 10));
  own(reallocarray(malloc(10), 100, 10));
  if (free_sized) free_sized(malloc(10), 10);
  if (free_aligned_sized) free_aligned_sized(malloc(16), 16, 16);
  const long freed = own_freed;
  // cfree is gone from libc; where the library brings it, it frees.
  void (*old_free)(void*) = (void (*)(void*))dlsym(RTLD_DEFAULT, "cfree");
  if (old_free) old_free(malloc(10));
  check(own_freed == freed + (old_free != NULL));
}

// Of functions that the program has not: libc's blocks, for the program expects no third allocator.
static void from_functions_it_lacks() {
#ifdef OWN_FORWARDS
  void* block = NULL;
  check(posix_memalign(&block, 64, 100) == 0 && !is_own(block));
  free(block);
  block = memalign(4096, 100000);
  check(block && malloc_usable_size(block) >= 100000);
  free(block);
  free(valloc(1));
#endif
}

struct alignas(256) Wide {
  char bytes[256];
};

static void from_cxx() {
  int* one = new int;
  int* many = new int[100];
  int* quiet = new (std::nothrow) int;
  check(is_own(one) && is_own(many) && is_own(quiet));
  delete one;
  delete[] many;
  operator delete(quiet, std::nothrow);
  operator delete (operator new(100), size_t{100});
  operator delete[](operator new[](100), size_t{100});
#ifdef OWN_ALIGNED
  Wide* wide = new Wide;
  check(is_own(wide) && reinterpret_cast<uintptr_t>(wide) % 256 == 0);
  delete wide;
  delete[] new Wide[3];
#endif
  std::vector<std::string> texts(100, std::string(100, 'x'));
  check(is_own(texts.data()) && is_own(texts[0].data()));
  bool thrown = false;
  try {
    operator delete(operator new (size_t{1} << 40));
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  check(thrown);
}

int main() {
  from_libc();
  from_entry_points_built_on_others();
  from_functions_it_lacks();
  from_cxx();
  check(own_served > 100);
  puts("passed");
}
