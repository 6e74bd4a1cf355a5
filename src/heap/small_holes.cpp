// Holes in small slabs: whole pages without a block in use, given back to the system while other
// blocks of the slab are in use. See small.h.
#include "heap/check.h"
#include "heap/small.h"
#include "os/arch.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/retention.h"

namespace ox::small {
namespace {

size_t offset_of_block(const Descriptor* slab, size_t index) {
  return static_cast<size_t>(block_at(slab, index) - slab->start);
}

// Turns offsets into numbers of blocks by a product: exact, since an offset times a block's bytes
// stays below 2^32.
class Numbers {
 public:
  explicit Numbers(const Descriptor* slab)
      : first_(offset_of_block(slab, 0)),
        factor_((uint64_t{1} << 32) / block_size(slab->first_class) + 1) {}
  size_t at(size_t offset) const { return (offset - first_) * factor_ >> 32; }

 private:
  size_t first_;
  uint64_t factor_;
};
static_assert(kSliceSize * kMaxSmall < uint64_t{1} << 32);

size_t index_at(const Descriptor* slab, size_t offset) {
  return Numbers(slab).at(offset);
}

bool is_hole(const Descriptor* slab, size_t page) {
  return (slab->holes >> page) & 1;
}

// Numbers of the blocks that have a byte in a page; not for page 0.
struct Blocks {
  Blocks(const Descriptor* slab, size_t page)
      : first(index_at(slab, page * os::page_size())),
        last(index_at(slab, (page + 1) * os::page_size() - 1)) {}
  size_t first, last;
};

bool overlaps_hole(const Descriptor* slab, size_t index) {
  const size_t from = offset_of_block(slab, index);
  const size_t last = from + block_size(slab->first_class) - 1;
  for (size_t page = from / os::page_size(); page <= last / os::page_size(); ++page)
    if (is_hole(slab, page)) return true;
  return false;
}

BlockSet listed_blocks(const Descriptor* slab) {
  BlockSet free;
  const Numbers numbers(slab);
  for (Word offset = offset_of(slab->head); offset != kNoBlock;
       offset = offset_of(word_in(slab->start + offset))) {
    char* const block = slab->start + offset;
    const size_t index = numbers.at(offset);
    if (!is_block(slab, block) || !is_intact(slab, block) || free[index]) {
      report::corrupted_block(block, slab->block_bytes(), nullptr);
      break;  // the caller makes a list of those before
    }
    free[index] = true;
  }
  return free;
}

bool is_free_page(const Descriptor* slab, const BlockSet& free, size_t page) {
  const Blocks blocks(slab, page);
  if (blocks.last >= slab->carved) return false;
  for (size_t index = blocks.first; index <= blocks.last; ++index)
    if (!free[index]) return false;
  return true;
}

// Not page 0, whose first bytes are the slab's own.
uint64_t free_pages(const Descriptor* slab, const BlockSet& free) {
  uint64_t pages = 0;
  for (size_t page = 1; page < kSliceSize / os::page_size(); ++page)
    if (is_free_page(slab, free, page)) pages |= uint64_t{1} << page;
  return pages;
}

// Gives back the pages of `wanted`, a call for each run of them; returns those that are gone.
uint64_t purge_pages(const Descriptor* slab, uint64_t wanted) {
  uint64_t gone = 0;
  while (wanted) {
    const auto from = static_cast<size_t>(__builtin_ctzll(wanted));
    const auto count = static_cast<size_t>(__builtin_ctzll(~(wanted >> from)));
    const uint64_t run = ((uint64_t{1} << count) - 1) << from;
    if (os::purge(slab->start + from * os::page_size(), count * os::page_size())) {
      gone |= run;
      retention::note_given_back(count * os::page_size());
    }
    wanted &= ~run;
  }
  return gone;
}

void set_holes(Descriptor* slab, uint64_t holes) {
  slab->holes = holes;
  const auto last = reinterpret_cast<uintptr_t>(block_at(slab, slab->carved - 1u));
  slab->last_plain = holes == 0 ? static_cast<uint16_t>(last) : uint16_t{0};
}

void link(Descriptor* slab, size_t index) {
  char* block = block_at(slab, index);
  put_word(slab, block, slab->head);
  slab->head =
      make_word(slab, used_of(slab->head) - 1, offset_of(reinterpret_cast<uintptr_t>(block)));
}

void mark_holes(const Descriptor* slab, BlockSet& free, bool as_free) {
  for (uint64_t left = slab->holes; left; left &= left - 1) {
    const Blocks gone(slab, static_cast<size_t>(__builtin_ctzll(left)));
    for (size_t index = gone.first; index <= gone.last; ++index) free[index] = as_free;
  }
}

// The page reads as zero unless the program wrote to a block after it freed it.
void check_untouched(const Descriptor* slab, size_t page) {
  char* const start = slab->start + page * os::page_size();
  arch::touch(start);
  for (size_t at = 0; at < os::page_size(); at += sizeof(Word))
    if (word_in(start + at) != 0)
      report::corrupted_block(
          block_at(slab, index_at(slab, static_cast<size_t>(start - slab->start) + at)),
          slab->block_bytes(), nullptr);
}

}  // namespace

BlockSet free_blocks(const Descriptor* slab) {
  BlockSet free = listed_blocks(slab);
  mark_holes(slab, free, true);
  return free;
}

size_t blocks_in_holes(const Descriptor* slab) {
  size_t count = 0;
  size_t next = 0;
  for (size_t page = 1; slab->holes >> page; ++page) {
    if (!is_hole(slab, page)) continue;
    const Blocks blocks(slab, page);
    count += blocks.last + 1 - (blocks.first < next ? next : blocks.first);
    next = blocks.last + 1;
  }
  return count;
}

bool is_in_hole(const Descriptor* slab, const void* block) {
  return slab->holes != 0 &&
         overlaps_hole(slab, index_at(slab, static_cast<size_t>(static_cast<const char*>(block) -
                                                                slab->start)));
}

GivenBack make_holes(Descriptor* slab) {
  BlockSet free = free_blocks(slab);
  const uint64_t wanted = free_pages(slab, free) & ~slab->holes;
  if (wanted == 0) return {};
  mark_holes(slab, free, false);
  if constexpr (kHardened)
    for (size_t index = 0; index < slab->carved; ++index)
      if (free[index]) check::free_block(slab, block_at(slab, index));
  // A fork meanwhile finds no list: all blocks are in use then.
  slab->head = make_word(slab, slab->carved, kNoBlock);
  const uint64_t gone = purge_pages(slab, wanted);
  set_holes(slab, slab->holes | gone);
  slab->head = make_word(slab, slab->carved - blocks_in_holes(slab), kNoBlock);
  mark_holes(slab, free, false);
  for (size_t index = slab->carved; index-- > 0;)
    if (free[index]) link(slab, index);
  return {gone != 0, gone == wanted};
}

bool carve_hole(Descriptor* slab) {
  if (slab->holes == 0) return false;
  const auto page = static_cast<size_t>(__builtin_ctzll(slab->holes));
  check_untouched(slab, page);
  set_holes(slab, slab->holes & (slab->holes - 1));
  const bool counting = slab->unit != 0;
  slab->head = make_word(slab, slab->carved - blocks_in_holes(slab), kNoBlock);
  const Blocks blocks(slab, page);
  for (size_t index = blocks.last + 1; index-- > blocks.first;)
    if (!overlaps_hole(slab, index)) link(slab, index);
  if (!counting) stop_counting(slab);
  return true;
}

}  // namespace ox::small
