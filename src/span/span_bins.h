// Free spans sorted by length: a list for each length up to 16 slices, above that two per power of
// two, and a bit per list that tells whether it is empty. One object for dirty spans and one for
// clean ones. Under the span heap's lock.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bits.h"
#include "span/descriptor.h"

namespace ox {

class SpanBins {
 public:
  void insert(Descriptor* span);
  void remove(Descriptor* span);

  // A span that contains `slices` slices starting at a multiple of `alignment` bytes: the
  // shortest list that has one, and there the first. Stays in its list. nullptr if there is none.
  Descriptor* find(size_t slices, size_t alignment) const;

  // One of the longest spans, or nullptr.
  Descriptor* longest() const;

 private:
  static constexpr size_t kExact = 16;
  static constexpr size_t kBins = kExact + size_t{2} * (32 - 4);

  static size_t bin_of(size_t slices) {
    if (slices <= kExact) return slices - 1;
    const unsigned log = floor_log2(slices);
    return kExact + size_t{log - 4} * 2 + ((slices >> (log - 1)) & 1);
  }

  size_t next_used_bin(size_t bin) const;

  FrontList<Descriptor> lists_[kBins];
  uint64_t used_[(kBins + 63) / 64] = {};
};

}  // namespace ox
