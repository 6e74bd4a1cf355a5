// errno, which only the entry points set: where libc keeps it is looked up when the first call
// fails.
#pragma once

#include <cerrno>

#include "api/next_symbol.h"

namespace ox {

[[gnu::cold, gnu::noinline]] inline void set_errno(int value) {
  static NextFunction<int*()> location;
  if (auto* errno_location = location.find("__errno_location")) *errno_location() = value;
}

}  // namespace ox
