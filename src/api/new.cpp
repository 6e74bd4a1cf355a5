// operator new and delete in all their forms, on malloc and free by name: see derived.cpp.
//
// When memory is short, the throwing forms hand the request to the next operator new, that of
// libstdc++ or libc++: it asks malloc again, runs the new_handler and throws. So this library needs
// no C++ runtime.
#include <cstdlib>
#include <new>

#include "api/export.h"
#include "api/next_symbol.h"
#include "os/report.h"

#define OX_EXPORT_CXX __attribute__((visibility("default")))

namespace {

using namespace ox;

template <typename... Args>
[[gnu::noinline]] void* next_new(const char* mangled_name, Args... args) {
  using New = void* (*)(Args...);
  if (auto next = reinterpret_cast<New>(next_symbol(mangled_name))) return next(args...);
  report::out_of_memory("operator new");  // no C++ runtime: nobody could catch the exception
}

void* aligned(std::size_t size, std::align_val_t alignment) {
  return std::aligned_alloc(static_cast<std::size_t>(alignment), size);
}

}  // namespace

OX_EXPORT_CXX void* operator new(std::size_t size) {
  void* block = std::malloc(size);
  return __builtin_expect(block != nullptr, 1) ? block : next_new("_Znwm", size);
}

OX_EXPORT_CXX void* operator new[](std::size_t size) {
  void* block = std::malloc(size);
  return __builtin_expect(block != nullptr, 1) ? block : next_new("_Znam", size);
}

OX_EXPORT_CXX void* operator new(std::size_t size, std::align_val_t alignment) {
  void* block = aligned(size, alignment);
  return block ? block : next_new("_ZnwmSt11align_val_t", size, alignment);
}

OX_EXPORT_CXX void* operator new[](std::size_t size, std::align_val_t alignment) {
  void* block = aligned(size, alignment);
  return block ? block : next_new("_ZnamSt11align_val_t", size, alignment);
}

OX_EXPORT_CXX void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
OX_EXPORT_CXX void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}
OX_EXPORT_CXX void* operator new(std::size_t size, std::align_val_t alignment,
                                 const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}
OX_EXPORT_CXX void* operator new[](std::size_t size, std::align_val_t alignment,
                                   const std::nothrow_t&) noexcept {
  return aligned(size, alignment);
}

OX_EXPORT_CXX void operator delete(void* block) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete(void* block, std::size_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block, std::size_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete(void* block, std::align_val_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block, std::align_val_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete(void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block, const std::nothrow_t&) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(block);
}
OX_EXPORT_CXX void operator delete[](void* block, std::align_val_t,
                                     const std::nothrow_t&) noexcept {
  std::free(block);
}
