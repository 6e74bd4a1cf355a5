// The C entry points that allocate and free. No logic: what glibc's manual asks of arguments and
// errno, then the heap.
#include <cstddef>
#include <cstdint>

#include "api/error.h"
#include "api/export.h"
#include "api/probe.h"
#include "base/bits.h"
#include "heap/service.h"
#include "os/memory.h"

namespace {

using namespace ox;

void* or_enomem(void* block) {
  if (__builtin_expect(!block, 0)) set_errno(ENOMEM);
  return block;
}

[[gnu::noinline]] void* malloc_slow(size_t size) {
  if (__builtin_expect(probe::wanted(size), 0)) return probe::answer();
  return or_enomem(Service::allocate_slow(size));
}

// As glibc, lenient: an alignment that is no power of two is rounded up to one.
void* aligned(size_t alignment, size_t size) {
  constexpr size_t kMost = SIZE_MAX / 2 + 1;
  if (alignment > kMost) {
    set_errno(EINVAL);
    return nullptr;
  }
  if (!is_power_of_two(alignment))
    alignment = alignment ? size_t{2} << floor_log2(alignment) : kMinAlignment;
  return or_enomem(Service::allocate_aligned(alignment, size));
}

}  // namespace

OX_EXPORT void* malloc(size_t size) {
  return Service::allocate<malloc_slow>(size);
}

OX_EXPORT void free(void* block) {
  Service::release(block);
}

OX_EXPORT void* calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return or_enomem(nullptr);
  return or_enomem(Service::allocate_zeroed(bytes));
}

OX_EXPORT void* realloc(void* block, size_t size) {
  if (size != 0 && Service::stays_in_place(block, size)) return block;
  if (block && size == 0) {
    Service::release(block);
    return nullptr;
  }
  return or_enomem(Service::reallocate(block, size, __builtin_return_address(0)));
}

OX_EXPORT void* memalign(size_t alignment, size_t size) {
  return aligned(alignment, size);
}

OX_EXPORT void* aligned_alloc(size_t alignment, size_t size) {
  return aligned(alignment, size);
}

OX_EXPORT int posix_memalign(void** result, size_t alignment, size_t size) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void*) != 0) return EINVAL;
  void* block = Service::allocate_aligned(alignment, size);
  if (!block) return ENOMEM;
  *result = block;
  return 0;
}

OX_EXPORT void* valloc(size_t size) {
  return aligned(os::page_size(), size);
}

OX_EXPORT void* pvalloc(size_t size) {
  if (size > PTRDIFF_MAX) return or_enomem(nullptr);
  const size_t page = os::page_size();
  return aligned(page, align_up(size ? size : 1, page));
}

OX_EXPORT size_t malloc_usable_size(void* block) {
  return Service::usable_size(block);
}
