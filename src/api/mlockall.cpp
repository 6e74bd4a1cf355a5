// mlockall() where locked memory is limited.
//
// The kernel compares the limit with all address space, and counts what it locks whether it is
// accessible or only reserved. A region's reservation alone exceeds any limit: the call would fail
// or, in a program that may do it and gives up its privileges later, leave nothing to lock for
// later mappings.
#include <cstdint>

#include "api/error.h"
#include "api/export.h"
#include "api/next_symbol.h"
#include "api/policy.h"
#include "heap/heap.h"
#include "os/memory.h"
#include "span/span_heap.h"

namespace {

// False if nothing could be done, or need be.
bool make_room() {
  if (!ox::heap::is_active()) return false;
  const size_t most = ox::os::lockable_bytes();
  if (most == SIZE_MAX || !ox::span_heap::make_room(ox::os::mapped_bytes(), most)) return false;
  // Others may map what lay before the slices.
  const ox::Region& region = ox::region::primary;
  ox::policy::tell_heap(region.base, region.base + region.size);
  return true;
}

}  // namespace

OX_EXPORT int mlockall(int flags) noexcept {
  auto next = reinterpret_cast<int (*)(int)>(ox::next_symbol("mlockall"));
  if (!next) {
    ox::set_errno(ENOSYS);
    return -1;
  }
  for (;;) {
    const bool made_room = ox::os::locks_what_is_mapped(flags) && make_room();
    const int result = next(flags);
    // Another thread may have reserved a region in between.
    if (result == 0 || ox::get_errno() != ENOMEM || !made_room) return result;
  }
}
