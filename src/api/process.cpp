// Answers to heap/host.h: the mode of the process, the end of threads, libc's allocator, fork.
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "api/at_exit.h"
#include "api/backtrace.h"
#include "api/libc_symbols.h"
#include "api/next_symbol.h"
#include "api/policy.h"
#include "api/probe.h"
#include "api/profile_file.h"
#include "api/sanitizer.h"
#include "api/trim_thread.h"
#include "heap/heap.h"
#include "heap/host.h"
#include "heap/thread_heap.h"
#include "span/region.h"

namespace ox {
namespace {

// pthread runs the destructors of a key at most this often per thread (POSIX's minimum, glibc's
// value): the heap goes at the last time, after other destructors have freed what they held.
constexpr uintptr_t kDestructorRounds = 4;

// Made when a second thread comes: most programs have one, and pay for no look-up.
pthread_key_t thread_end_key;
std::atomic<bool> has_thread_end_key{false};

void set_rounds(uintptr_t rounds) {
  static NextFunction<int(pthread_key_t, const void*)> set_specific;
  if (auto* set = set_specific.find("pthread_setspecific"))
    set(thread_end_key, reinterpret_cast<void*>(rounds));
}

void on_thread_end(void* round) {
  const auto rounds_left = reinterpret_cast<uintptr_t>(round) - 1;
  if (rounds_left == 0)
    thread_heaps::detach();
  else
    set_rounds(rounds_left);
}

// False where there is no libpthread, or no key is left.
bool make_thread_end_key() {
  // acquire pairs with the release below: the key can be read.
  if (has_thread_end_key.load(std::memory_order_acquire)) return true;
  static NextFunction<int(pthread_key_t*, void (*)(void*))> key_create;
  auto* create = key_create.find("pthread_key_create");
  if (!create) return false;
  os::Guard guard(thread_heaps::late_lock());  // whichever: one that a fork's child finds free
  if (!has_thread_end_key.load(std::memory_order_relaxed))
    has_thread_end_key.store(create(&thread_end_key, on_thread_end) == 0,
                             std::memory_order_release);
  return has_thread_end_key.load(std::memory_order_relaxed);
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
  if (heap::is_active() && profile::is_on()) backtrace::prepare();
  if (heap::is_active()) trim_thread::start();
}

}  // namespace

namespace host {

Mode choose_mode() {
  if (!policy::serves(malloc_is_ours())) {
    if (policy::has_sanitizer()) sanitizer::find_family();
    return Mode::Passthrough;
  }
  region::prepare();
  policy::tell_heap(reinterpret_cast<uintptr_t>(region::primary.table),
                    region::primary.base + region::primary.size);
  at_exit::prepare();
  profile_file::prepare();
  return Mode::Active;
}

void thread_started() {
  if (make_thread_end_key()) set_rounds(kDestructorRounds);
}

using sanitizer::family;

// libc's own allocator, under the names that cannot be interposed: glibc has them all.
void* allocate(size_t size) {
  static NextFunction<void*(size_t)> libc;
  return family.allocate ? family.allocate(size) : libc.find("__libc_malloc")(size);
}
void* allocate_zeroed(size_t size) {
  static NextFunction<void*(size_t, size_t)> libc;
  return family.allocate ? family.allocate_zeroed(1, size) : libc.find("__libc_calloc")(1, size);
}
void* allocate_aligned(size_t alignment, size_t size) {
  static NextFunction<void*(size_t, size_t)> libc;
  return family.allocate ? family.allocate_aligned(alignment, size)
                         : libc.find("__libc_memalign")(alignment, size);
}
void* reallocate(void* block, size_t size) {
  static NextFunction<void*(void*, size_t)> libc;
  return family.allocate ? family.reallocate(block, size)
                         : libc.find("__libc_realloc")(block, size);
}
void release(void* block) {
  static NextFunction<void(void*)> libc;
  family.allocate ? family.release(block) : libc.find("__libc_free")(block);
}

size_t usable_size(const void* block) {
  static NextFunction<size_t(const void*)> next;
  auto* usable_size_of = next.find("malloc_usable_size");
  return usable_size_of ? usable_size_of(block) : 0;
}

}  // namespace host
}  // namespace ox
