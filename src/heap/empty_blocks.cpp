#include "heap/empty_blocks.h"

#include <atomic>

#include "base/bits.h"
#include "base/rare.h"
#include "os/memory.h"
#include "span/span_heap.h"

namespace ox::empty_blocks {
namespace {

constexpr size_t kBlocks = kSliceSize / kMinAlignment;
constexpr size_t kWordBits = 64;
constexpr size_t kWords = kBlocks / kWordBits;

std::atomic<char*> slice{nullptr};  // written once
// Relaxed: each bit is the block's alone, and there is no content that it could guard.
OX_RARE std::atomic<uint64_t> in_use[kWords];
std::atomic<size_t> next_word{0};  // so that an address is not used again at once

void give_back(Descriptor* span, bool zeroed) {
  span->kind = SpanKind::None;
  span_heap::release(span, zeroed ? 0 : span->size());
}

// Without a lock, which a fork would have to know of: of threads that come at once, one's slice
// stays.
char* open() {
  bool zeroed;
  Descriptor* span = span_heap::allocate(1, kSliceSize, zeroed);
  if (!span) return nullptr;
  span->kind = SpanKind::Empty;
  char* none = nullptr;
  if (!os::close(span->start, span->size())) {
    give_back(span, zeroed);
    return nullptr;
  }
  // release: whoever sees the slice sees what it is.
  if (slice.compare_exchange_strong(none, span->start, std::memory_order_acq_rel))
    return span->start;
  if (os::renew(span->start, span->size())) give_back(span, true);
  return none;
}

// Takes a free bit of a word. kWordBits: there is none.
size_t take_bit(std::atomic<uint64_t>& word) {
  uint64_t bits = word.load(std::memory_order_relaxed);
  while (~bits) {
    const auto bit = static_cast<size_t>(__builtin_ctzll(~bits));
    if (word.compare_exchange_weak(bits, bits | uint64_t{1} << bit, std::memory_order_relaxed))
      return bit;
  }
  return kWordBits;
}

// The number of the block; kBlocks if none starts there.
size_t index_of_block(const void* block) {
  const auto offset =
      static_cast<size_t>(static_cast<const char*>(block) - slice.load(std::memory_order_acquire));
  return offset % kMinAlignment == 0 ? offset / kMinAlignment : kBlocks;
}

}  // namespace

void* allocate() {
  char* start = slice.load(std::memory_order_acquire);
  if (!start && !(start = open())) return nullptr;
  const size_t from = next_word.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < kWords; ++i) {
    const size_t word = (from + i) % kWords;
    const size_t bit = take_bit(in_use[word]);
    if (bit != kWordBits) return start + (word * kWordBits + bit) * kMinAlignment;
  }
  return nullptr;
}

bool release(const void* block) {
  const size_t index = index_of_block(block);
  if (index == kBlocks) return false;
  const uint64_t bit = uint64_t{1} << index % kWordBits;
  return in_use[index / kWordBits].fetch_and(~bit, std::memory_order_relaxed) & bit;
}

bool is_in_use(const void* block) {
  const size_t index = index_of_block(block);
  return index != kBlocks &&
         in_use[index / kWordBits].load(std::memory_order_relaxed) >> index % kWordBits & 1;
}

size_t count() {
  size_t sum = 0;
  for (const auto& word : in_use) sum += count_bits(word.load(std::memory_order_relaxed));
  return sum;
}

}  // namespace ox::empty_blocks
