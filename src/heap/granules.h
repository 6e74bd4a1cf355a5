// Where the blocks of a slice lie that has blocks of any size: a map of its granules of 16 bytes.
//
// Two bits for each granule:
//   used   it belongs to a block
//   last   it is that block's last one; of a granule that is not used it says nothing
// Blocks lie at multiples of the largest power of two that divides their size.
//
// Nurseries have such maps, and mixed slabs (heap/mixed.h), whose owner alone changes them. Other
// threads may ask about a block that is in use: the bits that tell of it stay as they are
// meanwhile. A neighbour's `last` is written before its `used`, so what stands before the block is
// seen as free, or as another block's end.
//
// No block stands at the slice's start, so that a free of that is noticed.
//
// All sizes and offsets in bytes, multiples of 16.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/bits.h"
#include "base/size_class.h"
#include "span/descriptor.h"

namespace ox {

class Granules {
 public:
  static constexpr size_t kNoPlace = SIZE_MAX;

  Granules() { look_everywhere(); }
  void clear();
  bool empty() const;
  size_t blocks() const;

  // Bytes that belong to blocks.
  size_t used_bytes() const;

  // A block stands at this place, which is free.
  void put(size_t offset, size_t bytes);
  // Calls back with the offset and the bytes of each block.
  template <typename Seen>
  void for_each(Seen seen) const;
  // Puts blocks of one size wherever there is room, `most` at most, and calls back with the offset
  // of each. How many that would be.
  template <typename Placed>
  void fill(size_t bytes, size_t most, Placed placed);
  size_t room_for(size_t bytes, size_t most) const;

  // Whether take() would look for a place. If not, there may still be one.
  bool would_look(size_t bytes) const { return look_from(bytes / kGranule) < kCount; }
  // Takes a free place for a block: behind the last one that it found for blocks of about this
  // size, or where enough was given back since. kNoPlace: there is none; or those blocks were of
  // another size, and look_everywhere() helps.
  size_t take(size_t bytes);
  // The block at `offset`, of so many bytes, is no more.
  void give_back(size_t offset, size_t bytes);
  void give_back(size_t offset) { give_back(offset, bytes_at(offset)); }

  // Whether it belongs to no block, and may have belonged to one.
  bool was_used(size_t offset) const {
    return !used_.has(offset / kGranule) && last_.find(true, offset / kGranule) < kCount;
  }
  // Whether a block starts there.
  bool is_block(size_t offset) const;
  // Size of the block that starts there.
  size_t bytes_at(size_t offset) const;
  // The same; 0: none does.
  size_t bytes_if_block(size_t offset) const;
  // Forgets where take() looked: places that are free stay behind, which were not for what was
  // looked for. For blocks of about this size, and for all.
  void look_everywhere(size_t bytes) { look_from_[floor_log2(bytes / kGranule)] = kFirst; }
  void look_everywhere() { look_from_.fill(kFirst); }
  // Whether no block has a byte in [from, to).
  bool is_free(size_t from, size_t to) const;

 private:
  static constexpr size_t kGranule = kMinAlignment;
  static constexpr size_t kCount = kSliceSize / kGranule;
  static constexpr size_t kFirst = 1;  // granule that may belong to a block

  // In a word: the bits of granules from that one on, and of those before that one.
  static constexpr uint64_t bits_from(size_t from) { return ~uint64_t{0} << from % 64; }
  static constexpr uint64_t bits_to(size_t to) { return ~uint64_t{0} >> (63 - (to - 1) % 64); }

  // A bit for each granule. Words are stored with release and read with acquire: see above.
  class Bits {
   public:
    bool has(size_t at) const { return (word(at / 64) >> at % 64) & 1; }
    // The 64 of them from there on; behind the slice's end none is set.
    uint64_t window(size_t at) const {
      const size_t shift = at % 64;
      return word(at / 64) >> shift | word(at / 64 + 1) << 1 << (63 - shift);
    }
    // The first granule from `at` on whose bit is `wanted`; if none before `enough` is, any from
    // there on, at most kCount.
    size_t find(bool wanted, size_t at, size_t enough = kCount) const;
    // The first of those directly before `at` whose bits are not set, `at` if there is none; if it
    // lies before `enough`, that or any before.
    size_t start_of_run(size_t at, size_t enough) const;
    // Those of [from, to); each word is stored once. A block's bits are set from its end on and
    // reset from its start on: where a fork stops that, the rest is a block that nobody has.
    void set(size_t from, size_t to);
    void reset(size_t from, size_t to);
    // Those of the word of that index.
    void change(size_t index, uint64_t clear, uint64_t set) {
      words_[index].store((word(index) & ~clear) | set, std::memory_order_release);
    }
    void clear();
    // How many are set here and there; and here.
    size_t common(const Bits& other) const;
    size_t count() const;

   private:
    static constexpr size_t kWords = kCount / 64;
    uint64_t word(size_t index) const { return words_[index].load(std::memory_order_acquire); }
    std::array<std::atomic<uint64_t>, kWords + 1> words_;
  };

  // The first place for `count` granules from `at` on; kCount: there is none.
  size_t next_place(size_t count, size_t at) const;
  size_t look_from(size_t count) const { return look_from_[floor_log2(count)]; }

  Bits used_, last_;
  // [k]: from where on to look for a place for 2^k granules, or up to twice as many. kCount: not.
  std::array<uint16_t, floor_log2(kCount) + 1> look_from_;
};

// In one look for most: of the granule before and 63 from there on.
inline size_t Granules::bytes_if_block(size_t offset) const {
  const size_t at = offset / kGranule;
  if (offset % kGranule != 0 || at < kFirst) return 0;
  const uint64_t used = used_.window(at - 1), last = last_.window(at - 1);
  const bool starts = (used & 2) && !(used & ~last & 1);
  if (!starts) return 0;
  if (__builtin_expect(last < 2, 0)) return bytes_at(offset);
  return (static_cast<size_t>(__builtin_ctzll(last >> 1)) + 1) * kGranule;
}

template <typename Seen>
void Granules::for_each(Seen seen) const {
  for (size_t at = used_.find(true, kFirst); at < kCount;) {
    const size_t bytes = bytes_at(at * kGranule);
    seen(at * kGranule, bytes);
    at = used_.find(true, at + bytes / kGranule);
  }
}

template <typename Placed>
void Granules::fill(size_t bytes, size_t most, Placed placed) {
  const size_t count = bytes / kGranule;
  for (size_t at = kFirst; most > 0; --most) {
    at = next_place(count, at);
    if (at == kCount) return;
    put(at * kGranule, bytes);
    placed(at * kGranule);
    at += count;
  }
}

}  // namespace ox
