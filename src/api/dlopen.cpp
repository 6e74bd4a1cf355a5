// dlopen() without RTLD_DEEPBIND.
//
// A plugin opened with that flag finds malloc and free in its own dependencies, libc's, before it
// finds ours; what one of them allocates, the other then frees. The flag asks for an order of
// look-up, and no program can tell that it was not granted but by its own clashing names.
//
// The call goes on by a jump: the loader judges by the return address whose RUNPATH counts.
#include <dlfcn.h>

#include "api/next_symbol.h"
#include "heap/heap.h"
#include "os/arch.h"

namespace {

struct Onward {
  void* function;
  long flags;
};

void* no_dlopen(const char*, int) {
  return nullptr;
}

ox::NextFunction<void*(const char*, int)> next_dlopen;

}  // namespace

extern "C" [[gnu::used, gnu::visibility("hidden")]] Onward ox_before_dlopen(const char*,
                                                                            int flags) {
  auto* next = next_dlopen.find("dlopen");
  if (!next) next = no_dlopen;  // libdl may still come
  return {reinterpret_cast<void*>(next), ox::heap::is_active() ? flags & ~RTLD_DEEPBIND : flags};
}

asm(OX_TAIL_CALL("dlopen", "ox_before_dlopen"));
