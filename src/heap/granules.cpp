#include "heap/granules.h"

namespace ox {

size_t Granules::Bits::find(bool wanted, size_t at, size_t enough) const {
  const uint64_t unwanted = wanted ? 0 : ~uint64_t{0};
  for (; at < enough; at = align_down(at, 64) + 64) {
    const uint64_t found = (word(at / 64) ^ unwanted) >> at % 64;
    if (found) return at + static_cast<size_t>(__builtin_ctzll(found));
  }
  return at;
}

size_t Granules::Bits::start_of_run(size_t at, size_t enough) const {
  while (at > enough) {
    const size_t before = (at - 1) / 64 * 64;
    const uint64_t set = word(before / 64) << (63 - (at - 1) % 64);
    if (set) return at - static_cast<size_t>(__builtin_clzll(set));
    at = before;
  }
  return enough;
}

void Granules::Bits::set(size_t from, size_t to) {
  uint64_t bits = bits_to(to);
  for (size_t index = (to - 1) / 64; index > from / 64; --index) {
    change(index, 0, bits);
    bits = ~uint64_t{0};
  }
  change(from / 64, 0, bits & bits_from(from));
}

void Granules::Bits::reset(size_t from, size_t to) {
  uint64_t bits = bits_from(from);
  size_t index = from / 64;
  for (; index < (to - 1) / 64; ++index) {
    change(index, bits, 0);
    bits = ~uint64_t{0};
  }
  change(index, bits & bits_to(to), 0);
}

size_t Granules::Bits::common(const Bits& other) const {
  size_t count = 0;
  for (size_t i = 0; i < kWords; ++i) count += count_bits(word(i) & other.word(i));
  return count;
}

size_t Granules::Bits::count() const {
  return common(*this);
}

void Granules::Bits::clear() {
  for (auto& word : words_) word.store(0, std::memory_order_release);
}

void Granules::clear() {
  used_.clear();
  last_.clear();
  look_everywhere();
}

bool Granules::empty() const {
  return used_.find(true, 0) == kCount;
}

size_t Granules::blocks() const {
  return used_.common(last_);
}

// Looks at a place from its end: behind the last granule there that is taken lies the next one.
size_t Granules::next_place(size_t count, size_t at) const {
  const size_t alignment = count & ~(count - 1);
  for (;;) {
    const size_t place = align_up(used_.find(false, at), alignment), end = place + count;
    if (end > kCount) return kCount;
    at = used_.start_of_run(end, place);
    if (at <= place) return place;
  }
}

size_t Granules::room_for(size_t bytes, size_t most) const {
  const size_t count = bytes / kGranule;
  size_t found = 0;
  for (size_t at = kFirst; found < most; ++found, at += count)
    if (at = next_place(count, at); at == kCount) break;
  return found;
}

size_t Granules::used_bytes() const {
  return used_.count() * kGranule;
}

void Granules::put(size_t offset, size_t bytes) {
  const size_t at = offset / kGranule;
  const size_t end = at + bytes / kGranule;
  if (at / 64 == (end - 1) / 64) {
    const uint64_t bits = bits_from(at) & bits_to(end);
    last_.change(at / 64, bits, bits & ~(bits >> 1));
    return used_.change(at / 64, 0, bits);
  }
  last_.reset(at, end);
  last_.set(end - 1, end);
  used_.set(at, end);
}

size_t Granules::take(size_t bytes) {
  const size_t count = bytes / kGranule;
  uint16_t& from = look_from_[floor_log2(count)];
  const size_t at = next_place(count, from);
  from = static_cast<uint16_t>(at == kCount ? kCount : at + count);
  if (at == kCount) return kNoPlace;
  put(at * kGranule, bytes);
  return at * kGranule;
}

void Granules::give_back(size_t offset, size_t bytes) {
  const size_t at = offset / kGranule;
  const size_t end = at + bytes / kGranule;
  used_.reset(at, end);
  const size_t start = used_.start_of_run(at, kFirst);
  const unsigned log2 = floor_log2(used_.find(true, end) - start);
  for (size_t k = 0; k <= log2; ++k)
    if (start < look_from_[k]) look_from_[k] = static_cast<uint16_t>(start);
}

bool Granules::is_block(size_t offset) const {
  const size_t at = offset / kGranule;
  if (offset % kGranule != 0 || !used_.has(at)) return false;
  return at == kFirst || !used_.has(at - 1) || last_.has(at - 1);
}

size_t Granules::bytes_at(size_t offset) const {
  const size_t at = offset / kGranule;
  return (last_.find(true, at) + 1 - at) * kGranule;
}

bool Granules::is_free(size_t from, size_t to) const {
  return used_.find(true, from / kGranule, to / kGranule) >= to / kGranule;
}

}  // namespace ox
