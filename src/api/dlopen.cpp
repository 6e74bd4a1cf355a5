// dlopen() without RTLD_DEEPBIND.
//
// A plugin opened with that flag finds malloc and free in its own dependencies, libc's, before it
// finds ours; what one of them allocates, the other then frees. The flag asks for an order of look-up,
// and no program can tell that it was not granted but by its own clashing names.
//
// The call goes on by a jump: the loader judges by the return address whose RUNPATH counts.
#include <dlfcn.h>

#include <atomic>

#include "api/next_symbol.h"
#include "heap/heap.h"
#include "os/arch.h"

namespace {

struct Onward {
  void* function;
  long flags;
};

void* no_dlopen(const char*, int) { return nullptr; }

// relaxed: every thread finds the same function.
std::atomic<void*> next_dlopen{nullptr};

void* find_next() {
  void* next = ox::next_symbol("dlopen");
  if (!next) return reinterpret_cast<void*>(no_dlopen);  // libdl may still come
  next_dlopen.store(next, std::memory_order_relaxed);
  return next;
}

}  // namespace

extern "C" [[gnu::used, gnu::visibility("hidden")]] Onward ox_before_dlopen(const char*, int flags) {
  void* next = next_dlopen.load(std::memory_order_relaxed);
  if (!next) next = find_next();
  return {next, ox::heap::is_active() ? flags & ~RTLD_DEEPBIND : flags};
}

asm(OX_TAIL_CALL("dlopen", "ox_before_dlopen"));
