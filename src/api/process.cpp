// Answers to heap/host.h: the mode of the process, the end of threads, libc's allocator, fork.
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "api/libc_symbols.h"
#include "api/next_symbol.h"
#include "api/policy.h"
#include "api/probe.h"
#include "api/sanitizer.h"
#include "heap/heap.h"
#include "heap/host.h"
#include "heap/thread_heap.h"
#include "span/region.h"

namespace ox {
namespace {

// pthread runs the destructors of a key at most this often per thread (POSIX's minimum, glibc's
// value): the heap goes at the last time, after other destructors have freed what they held.
constexpr uintptr_t kDestructorRounds = 4;

pthread_key_t thread_end_key;
bool has_thread_end_key = false;  // written before the first heap is handed out

void on_thread_end(void* round) {
  const auto rounds_left = reinterpret_cast<uintptr_t>(round) - 1;
  if (rounds_left == 0)
    thread_heaps::detach();
  else
    ox_pthread_setspecific(thread_end_key, reinterpret_cast<void*>(rounds_left));
}

// A program that exports an allocator of its own comes before this library in symbol look-up: its
// malloc serves everybody, and this library must not serve half a family. Addresses do not tell: in
// an executable that is not position-independent, &malloc is the executable's own call stub.
bool malloc_is_ours() {
  probe::Probe probe;
  void* block = std::malloc(probe::kBytes);
  asm("" : "+r"(block));  // compilers take it that malloc never returns what has a name
  const bool ours = block == probe::answer();
  if (!ours) std::free(block);
  return ours;
}

// Runs before main, perhaps after other libraries' first requests. The mode is settled here at the
// latest: it needs system calls that a filter, which the program may enter next, can forbid.
[[gnu::constructor]] void on_load() {
  // What pthread_atfork() calls; the library is never unloaded, so no handle is needed.
  __register_atfork(thread_heaps::before_fork, thread_heaps::after_fork_parent,
                    thread_heaps::after_fork_child, nullptr);
  heap::is_active();
}

}  // namespace

namespace host {

Mode choose_mode() {
  if (!policy::serves(malloc_is_ours())) {
    if (policy::has_sanitizer()) sanitizer::find_family();
    return Mode::Passthrough;
  }
  has_thread_end_key =
      ox_pthread_key_create && ox_pthread_key_create(&thread_end_key, on_thread_end) == 0;
  region::prepare();
  policy::tell_heap(reinterpret_cast<uintptr_t>(region::primary.table),
                    region::primary.base + region::primary.size);
  return Mode::Active;
}

void thread_started() {
  if (has_thread_end_key)
    ox_pthread_setspecific(thread_end_key, reinterpret_cast<void*>(kDestructorRounds));
}

using sanitizer::family;

void* allocate(size_t size) {
  return family.allocate ? family.allocate(size) : __libc_malloc(size);
}
void* allocate_zeroed(size_t size) {
  return family.allocate ? family.allocate_zeroed(1, size) : __libc_calloc(1, size);
}
void* allocate_aligned(size_t alignment, size_t size) {
  return family.allocate ? family.allocate_aligned(alignment, size) : __libc_memalign(alignment, size);
}
void* reallocate(void* block, size_t size) {
  return family.allocate ? family.reallocate(block, size) : __libc_realloc(block, size);
}
void release(void* block) { family.allocate ? family.release(block) : __libc_free(block); }

size_t usable_size(const void* block) {
  using UsableSize = size_t (*)(const void*);
  static std::atomic<UsableSize> known{nullptr};  // relaxed: every thread finds the same function
  UsableSize next = known.load(std::memory_order_relaxed);
  if (!next) {
    next = reinterpret_cast<UsableSize>(next_symbol("malloc_usable_size"));
    known.store(next, std::memory_order_relaxed);
  }
  return next ? next(block) : 0;
}

}  // namespace host
}  // namespace ox
