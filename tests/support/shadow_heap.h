// A shadow of the heap: it knows every block that a test holds, and checks on each operation what
// any allocator owes its caller. Used by the model test and the fuzz target.
//
//   overlap       no two blocks of one shadow share a byte of their usable size
//   alignment     16 for every block, more where asked for
//   usable size   at least the request, the same for the block's whole life, all of it writable
//   content       what was written is still there when the block is checked, resized or freed
//   zero          allocate_zeroed hands out zeroes, also where the memory was used before
//
// A broken promise throws Broken. Blocks may be handed from one shadow to another (take, give):
// that is how threads pass them on.
#pragma once

#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "heap/heap.h"

namespace ox::test {

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ShadowBlock {
  char* start = nullptr;
  size_t size = 0;    // as asked for
  size_t usable = 0;  // as told
  uint64_t seed = 0;  // of its pattern
};

class ShadowHeap {
 public:
  explicit ShadowHeap(uint64_t seed) : next_seed_(seed * 0x9e3779b97f4a7c15 | 1) {}

  size_t count() const { return blocks_.size(); }
  size_t bytes() const { return bytes_; }
  const ShadowBlock& at(size_t index) const { return blocks_[index]; }

  // Each returns false if the heap had no memory.
  bool allocate(size_t size) { return enter(heap::allocate(size), size, kMinAlignment); }

  bool allocate_aligned(size_t alignment, size_t size) {
    return enter(heap::allocate_aligned(alignment, size), size, alignment);
  }

  bool allocate_zeroed(size_t size) {
    void* block = heap::allocate_zeroed(size);
    if (block) require_zero(static_cast<const char*>(block), size);
    return enter(block, size, kMinAlignment);
  }

  bool reallocate(size_t index, size_t size) {
    ShadowBlock old = take(index);
    check(old);
    void* moved = heap::reallocate(old.start, size, nullptr);
    if (!moved) {
      check(old);
      give(old);
      return false;
    }
    const size_t kept = old.size < size ? old.size : size;
    check_pattern(static_cast<const char*>(moved), kept, old.usable, old.seed, "after realloc");
    return enter(moved, size, kMinAlignment);
  }

  void release(size_t index) {
    const ShadowBlock block = take(index);
    check(block);
    heap::release(block.start);
  }

  void release_all() {
    while (count()) release(count() - 1);
  }

  void check_all() const {
    for (const ShadowBlock& block : blocks_) check(block);
  }

  // Forgets a block; it stays allocated.
  ShadowBlock take(size_t index) {
    const ShadowBlock block = blocks_[index];
    blocks_[index] = blocks_.back();
    blocks_.pop_back();
    spans_.erase(block.start);
    bytes_ -= block.usable;
    return block;
  }

  void give(const ShadowBlock& block) {
    check(block);
    require_apart(block);
    spans_[block.start] = extent(block);
    blocks_.push_back(block);
    bytes_ += block.usable;
  }

  static void check(const ShadowBlock& block) {
    if (heap::usable_size(block.start) != block.usable)
      fail("usable size changed", block.start, block.size);
    check_pattern(block.start, block.usable, block.usable, block.seed, "in use");
  }

 private:
  // Up to the first bound every byte of the pattern is written and checked; above, one word per
  // page; above the second, one in so many pages, for each page is a fault.
  static constexpr size_t kWhole = 2048, kEachPage = size_t{512} << 10;
  static constexpr size_t kPage = 4096, kFewPages = 17 * kPage;

  [[noreturn]] static void fail(const char* what, const void* block, size_t size) {
    std::ostringstream text;
    text << what << ": block " << block << " of " << size << " bytes";
    throw Broken(text.str());
  }

  static uint64_t word(uint64_t seed, size_t offset) {
    return (seed + offset) * 0xd6e8feb86659fd93;
  }

  // Calls visit(offset, bytes) for the pieces of [0, size) that bear the pattern of a block of
  // `whole` usable bytes: all words, or the first of each page, or of some, and the block's last.
  template <typename Visit>
  static void for_each_piece(size_t size, size_t whole, Visit visit) {
    const size_t step = whole <= kWhole ? sizeof(uint64_t) : whole <= kEachPage ? kPage : kFewPages;
    for (size_t offset = 0; offset < size; offset += step)
      visit(offset, size - offset < sizeof(uint64_t) ? size - offset : sizeof(uint64_t));
    if (size == whole && step >= kPage) visit(size - sizeof(uint64_t), sizeof(uint64_t));
  }

  static void write_pattern(char* start, size_t usable, uint64_t seed) {
    for_each_piece(usable, usable, [&](size_t offset, size_t bytes) {
      const uint64_t value = word(seed, offset);
      std::memcpy(start + offset, &value, bytes);
    });
  }

  // `whole` decides where the pattern stands; `size` bytes of it are looked at.
  static void check_pattern(const char* start, size_t size, size_t whole, uint64_t seed,
                            const char* when) {
    for_each_piece(size, whole, [&](size_t offset, size_t bytes) {
      const uint64_t value = word(seed, offset);
      if (std::memcmp(start + offset, &value, bytes) != 0)
        fail((std::string("content changed ") + when + " at " + std::to_string(offset)).c_str(),
             start, size);
    });
  }

  static void require_zero(const char* start, size_t size) {
    if (size == 0) return;
    if (start[0] != 0 || std::memcmp(start, start + 1, size - 1) != 0)
      fail("zeroed memory is not zero", start, size);
  }

  // A block of no byte is still unlike any other.
  static size_t extent(const ShadowBlock& block) { return block.usable ? block.usable : 1; }

  void require_apart(const ShadowBlock& block) const {
    const auto after = spans_.lower_bound(block.start);
    if (after != spans_.end() && block.start + extent(block) > after->first)
      fail("overlaps its successor", block.start, block.size);
    if (after != spans_.begin()) {
      const auto before = std::prev(after);
      if (before->first + before->second > block.start)
        fail("overlaps its predecessor", block.start, block.size);
    }
  }

  bool enter(void* start, size_t size, size_t alignment) {
    if (!start) return false;
    ShadowBlock block{static_cast<char*>(start), size, heap::usable_size(start), 0};
    if (block.usable < size) fail("usable size below the request", start, size);
    if (reinterpret_cast<uintptr_t>(start) % kMinAlignment != 0)
      fail("not aligned to 16", start, size);
    if (reinterpret_cast<uintptr_t>(start) % alignment != 0) fail("not aligned", start, size);
    block.seed = next_seed_ += 0x9e3779b97f4a7c15;
    write_pattern(block.start, block.usable, block.seed);
    give(block);
    return true;
  }

  uint64_t next_seed_;
  std::vector<ShadowBlock> blocks_;
  std::map<char*, size_t> spans_;
  size_t bytes_ = 0;
};

// Numbers for tests: the same on every machine and with every library (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t value = state_ += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }
  size_t below(size_t bound) { return static_cast<size_t>(next() % bound); }
  bool one_in(size_t bound) { return below(bound) == 0; }
  size_t between(size_t least, size_t most) { return least + below(most - least + 1); }

 private:
  uint64_t state_;
};

}  // namespace ox::test
