#include "span/span_bins.h"

namespace ox {
namespace {

bool fits(const Descriptor* span, size_t slices, size_t alignment) {
  const auto start = reinterpret_cast<uintptr_t>(span->start);
  const size_t skip = (align_up(start, alignment) - start) >> kSliceShift;
  return skip <= span->slices && span->slices - skip >= slices;
}

}  // namespace

void SpanBins::insert(Descriptor* span) {
  const size_t bin = bin_of(span->slices);
  lists_[bin].push_front(span);
  used_[bin / 64] |= uint64_t{1} << (bin % 64);
}

void SpanBins::remove(Descriptor* span) {
  const size_t bin = bin_of(span->slices);
  lists_[bin].remove(span);
  if (lists_[bin].empty()) used_[bin / 64] &= ~(uint64_t{1} << (bin % 64));
}

size_t SpanBins::next_used_bin(size_t bin) const {
  for (size_t word = bin / 64; word < sizeof used_ / sizeof used_[0]; ++word) {
    uint64_t bits = used_[word];
    if (word == bin / 64) bits &= ~uint64_t{0} << (bin % 64);
    if (bits) return word * 64 + static_cast<size_t>(__builtin_ctzll(bits));
  }
  return kBins;
}

Descriptor* SpanBins::find(size_t slices, size_t alignment) const {
  for (size_t bin = next_used_bin(bin_of(slices)); bin < kBins; bin = next_used_bin(bin + 1))
    for (Descriptor* span = lists_[bin].first; span; span = span->next)
      if (fits(span, slices, alignment)) return span;
  return nullptr;
}

Descriptor* SpanBins::longest() const {
  for (size_t word = sizeof used_ / sizeof used_[0]; word-- > 0;)
    if (used_[word]) return lists_[word * 64 + floor_log2(used_[word])].first;
  return nullptr;
}

}  // namespace ox
