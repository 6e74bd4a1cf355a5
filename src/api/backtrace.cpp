// Stacks by the unwinder of C++'s exceptions (libgcc_s): it knows the way through code without
// frame pointers, of which this library's own is a part. This library does not depend on it: it is
// loaded where a profile is wanted, for people who look for a leak. Where there is none, the
// profile has no stacks.
#include "api/backtrace.h"

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "api/next_symbol.h"
#include "heap/host.h"

extern "C" {
// Where this library's code is: from the linker.
[[gnu::visibility("hidden")]] extern const char __ehdr_start[];
[[gnu::visibility("hidden")]] extern const char etext[];
}

namespace ox {
namespace {

// As <unwind.h> has them.
using Visit = int(void* context, void* argument);
using Unwind = int(Visit* visit, void* argument);
using Address = uintptr_t(void* context);

// Release: who sees the first sees the second.
std::atomic<Unwind*> unwind{nullptr};
Address* address_of = nullptr;

bool is_own(uintptr_t address) {
  return address >= reinterpret_cast<uintptr_t>(__ehdr_start) &&
         address < reinterpret_cast<uintptr_t>(etext);
}

struct Frames {
  void** frames;
  size_t most;
  size_t count = 0;

  // False: no more.
  bool add(uintptr_t address) {
    if (address == 0) return false;
    if (count == 0 && is_own(address)) return true;
    frames[count++] = reinterpret_cast<void*>(address);
    return count < most;
  }
};

int visit_frame(void* context, void* argument) {
  constexpr int kContinue = 0, kStop = 4;
  return static_cast<Frames*>(argument)->add(address_of(context)) ? kContinue : kStop;
}

bool find_unwinder() {
  auto* next_unwind = reinterpret_cast<Unwind*>(next_symbol("_Unwind_Backtrace"));
  address_of = reinterpret_cast<Address*>(next_symbol("_Unwind_GetIP"));
  if (!next_unwind || !address_of) return false;
  unwind.store(next_unwind, std::memory_order_release);
  return true;
}

}  // namespace

namespace backtrace {

void prepare() {
  using Open = void*(const char*, int);
  auto* open = reinterpret_cast<Open*>(next_symbol("dlopen"));
  if (!find_unwinder() && (!open || !open("libgcc_s.so.1", RTLD_NOW) || !find_unwinder())) return;
  void* frames[4];
  host::backtrace(frames, 4);  // what it prepares at its first call, it does now
}

}  // namespace backtrace

size_t host::backtrace(void** frames, size_t most) {
  Frames found{frames, most};
  // acquire: see above.
  if (Unwind* next = unwind.load(std::memory_order_acquire)) next(visit_frame, &found);
  return found.count;
}

}  // namespace ox
