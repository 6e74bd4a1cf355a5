// Tells whether malloc, called by name, is the one defined here: while a Probe exists, this
// thread's malloc(kBytes) returns answer() instead of a block. Used once, before the process has a
// heap.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/arch.h"

namespace ox::probe {

// A size of which nothing else is asked meanwhile: a malloc that wraps this one may call dlsym().
constexpr size_t kBytes = 93;

// The probing thread, 0 if none. Relaxed: a thread recognises only what it wrote itself.
[[gnu::visibility("hidden")]] inline std::atomic<uintptr_t> probing{0};
// Writable: a wrapper may fill what it is given.
[[gnu::visibility("hidden")]] alignas(16) inline char token[kBytes];

inline void* answer() {
  return token;
}
inline bool wanted(size_t size) {
  const uintptr_t thread = probing.load(std::memory_order_relaxed);
  return thread != 0 && thread == arch::thread_pointer() && size == kBytes;
}

struct Probe {
  Probe() { probing.store(arch::thread_pointer(), std::memory_order_relaxed); }
  ~Probe() { probing.store(0, std::memory_order_relaxed); }
};

}  // namespace ox::probe
