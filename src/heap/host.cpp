// Weak defaults for programs that link the heap statically and have no libc allocator to fall back
// on: always active, foreign pointers are errors.
#include "heap/host.h"

#include "os/report.h"

namespace ox::host {

[[gnu::weak]] Mode choose_mode() {
  return Mode::Active;
}
[[gnu::weak]] void thread_started() {}
[[gnu::weak]] size_t backtrace(void**, size_t) {
  return 0;
}
[[gnu::weak]] void* allocate(size_t) {
  return nullptr;
}
[[gnu::weak]] void* allocate_zeroed(size_t) {
  return nullptr;
}
[[gnu::weak]] void* allocate_aligned(size_t, size_t) {
  return nullptr;
}
[[gnu::weak]] void* reallocate(void* block, size_t) {
  report::invalid_pointer("realloc", block, nullptr);
  return nullptr;
}
[[gnu::weak]] void release(void* block) {
  report::invalid_pointer("free", block, nullptr);
}
[[gnu::weak]] size_t usable_size(const void*) {
  return 0;
}

}  // namespace ox::host
