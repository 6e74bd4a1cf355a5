// What the entry points call: the heap, or the hardened build's layer before it.
#pragma once

#include "base/policy.h"
#include "heap/hardened.h"
#include "heap/heap.h"

namespace ox {

struct PlainService {
  template <void* (*Slow)(size_t) = heap::allocate_slow>
  [[gnu::always_inline]] static void* allocate(size_t size) {
    return heap::allocate<Slow>(size);
  }
  static void* allocate_slow(size_t size) { return heap::allocate_slow(size); }
  [[gnu::always_inline]] static void release(void* block) { heap::release(block); }
  static void* allocate_zeroed(size_t size) { return heap::allocate_zeroed(size); }
  static void* allocate_aligned(size_t alignment, size_t size) {
    return heap::allocate_aligned(alignment, size);
  }
  [[gnu::always_inline]] static bool stays_in_place(const void* block, size_t size) {
    return heap::stays_in_place(block, size);
  }
  static void* reallocate(void* block, size_t size, const void* caller) {
    return heap::reallocate(block, size, caller);
  }
  static bool trim() { return heap::trim(); }
  static size_t usable_size(const void* block) { return heap::usable_size(block); }
};

struct HardenedService {
  template <void* (*Slow)(size_t) = hardened::allocate_slow>
  [[gnu::always_inline]] static void* allocate(size_t size) {
    return hardened::allocate<Slow>(size);
  }
  static void* allocate_slow(size_t size) { return hardened::allocate_slow(size); }
  [[gnu::always_inline]] static void release(void* block) {
    hardened::release(block, __builtin_return_address(0));
  }
  static void* allocate_zeroed(size_t size) { return hardened::allocate_zeroed(size); }
  static void* allocate_aligned(size_t alignment, size_t size) {
    return hardened::allocate_aligned(alignment, size);
  }
  static bool stays_in_place(const void*, size_t) { return false; }
  static void* reallocate(void* block, size_t size, const void* caller) {
    return hardened::reallocate(block, size, caller);
  }
  static bool trim() { return hardened::trim(); }
  [[gnu::always_inline]] static size_t usable_size(const void* block) {
    return hardened::usable_size(block, __builtin_return_address(0));
  }
};

using Service = std::conditional_t<kHardened, HardenedService, PlainService>;

}  // namespace ox
