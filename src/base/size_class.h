// Size classes: which block size serves a request.
//
// Small classes (blocks of 16 to 2048 bytes) and medium classes (2304 bytes to 32 KiB) step by an
// eighth of a power of two, but never by less than 16 bytes, so a block wastes at most an eighth
// (of one that realloc lets grow: see heap/reallocate.cpp; of one in a slab that neighbours share:
// see below).
// Requests above kMaxMedium are large: they get slices of their own.
//
// Every block size is a multiple of 16: each block is fit for any fundamental type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bits.h"

namespace ox {

enum class SizeClass : uint8_t {};

constexpr size_t kMinAlignment = 16;
constexpr size_t kMaxSmall = 2048;
constexpr size_t kMaxMedium = size_t{32} << 10;
constexpr size_t kSmallClasses = 40;
constexpr size_t kMediumClasses = 32;
constexpr size_t kClasses = kSmallClasses + kMediumClasses;

// Medium requests are looked up in steps of this many bytes.
constexpr size_t kMediumStep = 256;
constexpr size_t kMediumSteps = kMaxMedium / kMediumStep + 1;

constexpr size_t index_of(SizeClass cls) {
  return static_cast<size_t>(cls);
}
constexpr bool is_small(SizeClass cls) {
  return index_of(cls) < kSmallClasses;
}
constexpr size_t medium_index(SizeClass cls) {
  return index_of(cls) - kSmallClasses;
}
constexpr SizeClass medium_class(size_t index) {
  return static_cast<SizeClass>(index + kSmallClasses);
}

// Two medium classes side by side: the one of the odd index has the larger blocks.
constexpr bool is_larger_neighbour(SizeClass cls) {
  return medium_index(cls) % 2 == 1;
}
constexpr SizeClass neighbour(SizeClass cls) {
  return medium_class(medium_index(cls) ^ 1);
}

namespace detail {
constexpr std::array<uint16_t, kClasses> make_block_sizes() {
  std::array<uint16_t, kClasses> sizes{};
  size_t size = 0;
  for (auto& entry : sizes) {
    const size_t step = size < 256 ? 16 : size_t{1} << (floor_log2(size) - 3);
    entry = static_cast<uint16_t>(size += step);
  }
  return sizes;
}
}  // namespace detail

inline constexpr std::array<uint16_t, kClasses> kBlockSizes = detail::make_block_sizes();

constexpr size_t block_size(SizeClass cls) {
  return kBlockSizes[index_of(cls)];
}

namespace detail {
constexpr SizeClass first_class_holding(size_t size) {
  size_t index = 0;
  while (kBlockSizes[index] < size) ++index;
  return static_cast<SizeClass>(index);
}

constexpr auto make_small_map() {
  std::array<uint8_t, kMaxSmall / 16 + 1> map{};
  for (size_t i = 0; i < map.size(); ++i)
    map[i] = static_cast<uint8_t>(index_of(first_class_holding(i * 16)));
  return map;
}

constexpr auto make_medium_map() {
  std::array<uint8_t, kMediumSteps> map{};
  for (size_t i = 0; i < map.size(); ++i) {
    const size_t size = i * kMediumStep;
    map[i] = size <= kMaxSmall ? uint8_t{0}
                               : static_cast<uint8_t>(medium_index(first_class_holding(size)));
  }
  return map;
}
}  // namespace detail

// Indexed by (size + 15) / 16: the class of a small request.
inline constexpr auto kSmallMap = detail::make_small_map();
// The first index at which a class serves; its last one is block_size / 16. Index 0, of requests of
// no bytes, no class serves: heap/empty_blocks.h.
constexpr size_t first_slot(SizeClass cls) {
  return index_of(cls) == 0 ? 1 : kBlockSizes[index_of(cls) - 1] / size_t{16} + 1;
}
// Indexed by (size + kMediumStep - 1) / kMediumStep: the medium index of a medium request.
inline constexpr auto kMediumMap = detail::make_medium_map();

constexpr size_t small_slot(size_t size) {
  return (size + 15) / 16;
}
constexpr size_t medium_slot(size_t size) {
  return (size + kMediumStep - 1) / kMediumStep;
}

// `size` <= kMaxMedium.
constexpr SizeClass size_class_of(size_t size) {
  return size <= kMaxSmall ? static_cast<SizeClass>(kSmallMap[small_slot(size)])
                           : medium_class(kMediumMap[medium_slot(size)]);
}

// The class whose blocks serve a request at an alignment, a power of two; kNoClass: none does.
// Blocks lie at multiples of their size, and the class of a multiple of an alignment has such a
// size.
constexpr size_t kNoClass = kClasses;
constexpr size_t aligned_class(size_t alignment, size_t size) {
  if (alignment > kMaxMedium || size > kMaxMedium) return kNoClass;
  const size_t wanted = align_up(size ? size : 1, alignment);
  return wanted > kMaxMedium ? kNoClass : index_of(size_class_of(wanted));
}

static_assert([] {
  for (size_t alignment = kMinAlignment; alignment <= kMaxMedium; alignment *= 2)
    for (size_t size = 0; size <= kMaxMedium; size += alignment)
      if (kBlockSizes[aligned_class(alignment, size)] % alignment != 0) return false;
  return true;
}());
static_assert([] {
  for (size_t slot = 1; slot < kSmallMap.size(); ++slot) {
    const auto cls = static_cast<SizeClass>(kSmallMap[slot]);
    if (slot < first_slot(cls) || slot > block_size(cls) / 16) return false;
  }
  return true;
}());
static_assert(kBlockSizes[kSmallClasses - 1] == kMaxSmall);
static_assert(kBlockSizes[kClasses - 1] == kMaxMedium);
static_assert([] {
  for (size_t size = 0; size <= kMaxMedium; ++size) {
    const size_t index = index_of(size_class_of(size));
    if (kBlockSizes[index] < size || kBlockSizes[index] % kMinAlignment != 0) return false;
    // The smallest class that fits, so that waste stays below an eighth plus 16 bytes. Medium
    // sizes are looked up in steps, and every step ends on a class border.
    if (index > 0 && kBlockSizes[index - 1] >= size) return false;
  }
  return true;
}());

static_assert([] {
  // For the least request of the smaller one, a block of its larger neighbour wastes at most a
  // quarter, and less than 4 KiB: see heap/shared_slabs.cpp.
  for (size_t index = kSmallClasses; index < kClasses; index += 2) {
    const size_t least = kBlockSizes[index - 1] + size_t{1}, most = kBlockSizes[index + 1];
    if (most - least > least / 4 || most - least >= 4096) return false;
  }
  return true;
}());

}  // namespace ox
