// Entry points built on others. They call malloc, realloc and free by name, through the symbol
// table: where a program brings an allocator of its own, its functions are the ones called, and one
// family serves each pointer.
#include <cstdlib>

#include "api/error.h"
#include "api/export.h"

OX_EXPORT void* reallocarray(void* block, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    ox::set_errno(ENOMEM);
    return nullptr;
  }
  return std::realloc(block, bytes);
}

// Removed from glibc in 2.26; old programs still bring a reference.
OX_EXPORT void cfree(void* block) {
  std::free(block);
}

// C23. The size is a hint: programs pass wrong ones, and glibc accepts them.
OX_EXPORT void free_sized(void* block, size_t) {
  std::free(block);
}
OX_EXPORT void free_aligned_sized(void* block, size_t, size_t) {
  std::free(block);
}
