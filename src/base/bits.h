// Integer helpers shared by every layer. No state.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox {

constexpr bool is_power_of_two(size_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

// `alignment` is a power of two; the caller has made sure that rounding up cannot overflow.
constexpr size_t align_up(size_t value, size_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
constexpr size_t align_down(size_t value, size_t alignment) {
  return value & ~(alignment - 1);
}

constexpr unsigned floor_log2(size_t value) {
  return 63u - static_cast<unsigned>(__builtin_clzll(value));
}

// Without libgcc, which the compiler's own popcount asks for on processors that may lack it.
constexpr unsigned count_bits(uint64_t bits) {
  unsigned count = 0;
  for (; bits; bits &= bits - 1) ++count;
  return count;
}

}  // namespace ox
