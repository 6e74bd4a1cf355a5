#include "api/sanitizer.h"

#include "api/export.h"
#include "api/next_symbol.h"

// ASan's shared runtime ends a program in which another library comes before it, unless told
// otherwise. It asks the first definition of this function: the program's own comes before ours.
OX_EXPORT const char* ox_asan_default_options() asm("__asan_default_options");
OX_EXPORT const char* ox_asan_default_options() {
  return "verify_asan_link_order=0";
}

namespace ox::sanitizer {

Family family{};

namespace {

template <typename Function>
void find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(next_symbol(name));
}

}  // namespace

void find_family() {
  Family next{};
  find(next.allocate, "malloc");
  find(next.allocate_zeroed, "calloc");
  find(next.allocate_aligned, "memalign");
  find(next.reallocate, "realloc");
  find(next.release, "free");
  const bool complete = next.allocate && next.allocate_zeroed && next.allocate_aligned &&
                        next.reallocate && next.release;
  if (complete) family = next;
}

}  // namespace ox::sanitizer
