// errno, which only entry points set: where libc keeps it is looked up when the first call fails.
#pragma once

#include <cerrno>

#include "api/next_symbol.h"

namespace ox {

// nullptr: no libc that has one.
[[gnu::cold, gnu::noinline]] inline int* errno_location() {
  static NextFunction<int*()> location;
  auto* find = location.find("__errno_location");
  return find ? find() : nullptr;
}

inline void set_errno(int value) {
  if (int* place = errno_location()) *place = value;
}

inline int get_errno() {
  const int* place = errno_location();
  return place ? *place : 0;
}

}  // namespace ox
