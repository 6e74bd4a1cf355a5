// What the hardened build writes into blocks and expects there: see heap/hardened.h. Words are read
// and written whole, for another thread may look at the block next to its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/secret.h"

namespace ox::canary {

constexpr size_t kBytes = 8;
constexpr size_t kMostSlack = 0xffff;
constexpr uint64_t kFiller = 0xd5d5d5d5d5d5d5d5;

inline uint64_t* word_at(char* block, size_t block_bytes) {
  return reinterpret_cast<uint64_t*>(block + block_bytes - kBytes);
}

// Never small enough to be a canary of 0.
inline uint64_t key(const char* block) {
  return ((reinterpret_cast<uintptr_t>(block) * 0x9e3779b97f4a7c15) ^ secret) | uint64_t{1} << 63;
}

// Whether `word` is the canary of the block; then `slack` is the number of unused bytes before it.
inline bool matches(const char* block, uint64_t word, size_t& slack) {
  slack = word ^ key(block);
  return slack <= kMostSlack;
}

inline void write(char* block, size_t block_bytes, size_t slack) {
  __atomic_store_n(word_at(block, block_bytes), key(block) ^ slack, __ATOMIC_RELAXED);
}

// The word at `at`, whose first `used` bytes are not filler but zero.
inline uint64_t filler_after(size_t used) {
  return kFiller << (8 * used);
}

// Compilers make calls of loops that fill memory: longer than the loop, for what is filled here.
inline void keep_loop(char*& at) {
  asm("" : "+r"(at));
}

// At multiples of 8.
using Filler = uint64_t __attribute__((vector_size(16), may_alias, aligned(8)));
constexpr size_t kFillStep = 2 * sizeof(Filler);

// Fills [end - slack, end), in a block that is zero there; `end` is aligned to 8.
inline void fill(char* end, size_t slack) {
  for (; slack >= kFillStep; slack -= kFillStep, keep_loop(end)) {
    auto* part = reinterpret_cast<Filler*>(end -= kFillStep);
    part[0] = part[1] = Filler{kFiller, kFiller};
  }
  for (; slack >= 8; slack -= 8, keep_loop(end)) std::memcpy(end -= 8, &kFiller, 8);
  if (slack == 0) return;
  const uint64_t partial = filler_after(8 - slack);
  std::memcpy(end - 8, &partial, 8);
}

// Any memory, with all of it.
inline void fill_between(char* from, char* to) {
  std::memset(from, static_cast<int>(kFiller & 0xff), static_cast<size_t>(to - from));
}

// Whether it is still there. What lies before it may be anything.
inline bool is_filled(const char* end, size_t slack) {
  constexpr Filler filler{kFiller, kFiller};
  Filler sum{};
  for (; slack >= kFillStep; slack -= kFillStep) {
    const auto* part = reinterpret_cast<const Filler*>(end -= kFillStep);
    sum |= (part[0] ^ filler) | (part[1] ^ filler);
  }
  uint64_t word, rest = sum[0] | sum[1];
  for (; slack >= 8; slack -= 8) {
    std::memcpy(&word, end -= 8, 8);
    rest |= word ^ kFiller;
  }
  if (rest != 0) return false;
  if (slack == 0) return true;
  std::memcpy(&word, end - 8, 8);
  return (word ^ kFiller) >> (8 * (8 - slack)) == 0;
}

using Vector = uint64_t __attribute__((vector_size(16), may_alias));

constexpr size_t kLine = 4 * sizeof(Vector);

inline Vector line_at(const char* at) {
  const auto* part = reinterpret_cast<const Vector*>(at);
  return (part[0] | part[1]) | (part[2] | part[3]);
}
inline void zero_line(char* at) {
  auto* part = reinterpret_cast<Vector*>(at);
  part[0] = part[1] = part[2] = part[3] = Vector{};
}

// `from` and `bytes` are multiples of 16. Whole lines, the last one overlapping: sizes vary, and
// each branch that depends on them is guessed wrong often.
inline bool is_zero(const char* from, size_t bytes) {
  const char* const end = from + bytes;
  Vector sum{};
  if (bytes < kLine) {
    for (; from != end; from += sizeof(Vector)) sum |= *reinterpret_cast<const Vector*>(from);
  } else {
    sum = line_at(end - kLine);
    for (; end - from > static_cast<ptrdiff_t>(kLine); from += kLine) sum |= line_at(from);
  }
  return (sum[0] | sum[1]) == 0;
}

inline void zero(char* from, size_t bytes) {
  constexpr size_t kWorthACall = 1024;
  char* const end = from + bytes;
  if (bytes > kWorthACall) {
    std::memset(from, 0, bytes);
  } else if (bytes < kLine) {
    for (; from != end; from += sizeof(Vector), keep_loop(from))
      *reinterpret_cast<Vector*>(from) = Vector{};
  } else {
    zero_line(end - kLine);
    for (; end - from > static_cast<ptrdiff_t>(kLine); from += kLine, keep_loop(from))
      zero_line(from);
  }
}

// Whether a block has filler in all of its unused bytes.
constexpr bool fills_whole(size_t block_bytes) {
  return block_bytes > 1024;
}

// The others: filler in the first eight unused bytes alone, if there are so many. Before the canary
// is written, for it may have its place in the same bytes.
inline void fill_small(char* block, size_t size) {
  std::memcpy(block + size, &kFiller, sizeof kFiller);
}

inline bool is_filled_small(const char* block, size_t size, size_t slack) {
  uint64_t word;
  std::memcpy(&word, block + size, sizeof word);
  const uint64_t bits = slack < 8 ? (uint64_t{1} << (8 * slack)) - 1 : ~uint64_t{0};
  return ((word ^ kFiller) & bits) == 0;
}

}  // namespace ox::canary
