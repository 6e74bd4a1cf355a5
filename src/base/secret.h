// The secret of a process, and random choices that follow from it: what a program cannot guess that
// has not read this library's data.
#pragma once

#include <cstdint>

namespace ox {

// From the kernel, before the first block: see heap/slow.cpp.
[[gnu::visibility("hidden")]] inline constinit uint64_t secret = 0;

// The next number of a sequence of its own for each state. Not under a lock: `state` is the
// caller's.
inline uint64_t next_random(uint64_t& state) {
  state = state * 0x5851f42d4c957f2d + (secret | 1);
  return state >> 33;
}

}  // namespace ox
