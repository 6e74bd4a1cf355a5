#include "heap/mixed.h"

#include "heap/small.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/retention.h"

namespace ox::mixed {

using small::offset_of;
using small::Word;

namespace {

// relaxed: who has not seen it yet takes a new slab.
std::atomic<bool> any_made{false};

size_t offset_in(const Descriptor* slab, const char* block) {
  return static_cast<size_t>(block - slab->start);
}

// The list is empty from now on, and so is `count`.
void set_dormant(Descriptor* slab, Mixed& map) {
  map.count = 0;
  map.others = static_cast<uint16_t>(map.blocks.blocks());
  map.is_dormant = true;
  slab->unit = small::kOneUsed;
  slab->head = small::make_word(slab, 0, small::kNoBlock);
}

// Blocks of the slab's class, in use before: the first of those that are linked comes behind them.
class Chain {
 public:
  Chain(Descriptor* slab, Word used) : slab_(slab), used_(used), before_(used) {}

  void add(size_t offset) {
    char* const block = slab_->start + offset;
    if (last_)
      link(offset);
    else
      first_ = offset;
    last_ = block;
  }
  // The slab's word.
  Word end() {
    link(small::kNoBlock);
    return small::make_word(slab_, before_, first_);
  }
  // In use or linked.
  Word count() const { return used_; }

 private:
  void link(Word next) { small::put_word(slab_, last_, small::make_word(slab_, ++used_, next)); }

  Descriptor* slab_;
  Word used_, before_;
  char* last_ = nullptr;
  Word first_ = small::kNoBlock;
};

}  // namespace

void make(Descriptor* slab, Mixed* map) {
  const small::BlockSet free = small::free_blocks(slab);
  // A fork meanwhile finds no list: all blocks are in use then.
  slab->head = small::make_word(slab, slab->carved, small::kNoBlock);
  slab->owner.store(0, std::memory_order_relaxed);
  slab->last_plain = 0;
  const size_t carved = slab->carved;
  slab->carved = slab->capacity;  // before the map is there: what tells a block stays as it is then
  slab->recarved = false;
  slab->holes = 0;
  map->blocks.clear();
  for (size_t i = 0; i < carved; ++i)
    if (!free[i]) map->blocks.put(offset_in(slab, small::block_at(slab, i)), slab->block_bytes());
  map->gone_pages = 0;
  map->is_dormant = true;
  map->count = 0;
  slab->mixed.store(map, std::memory_order_release);
  set_dormant(slab, *map);
  any_made.store(true, std::memory_order_relaxed);
}

bool serve(Descriptor* slab, SizeClass cls, size_t least) {
  Mixed& map = *map_of(slab);
  const size_t bytes = block_size(cls);
  const size_t most = slab->capacity - 1u - map.others;
  if (map.blocks.room_for(bytes, most) < least) return false;
  size_t same = 0;
  map.blocks.for_each([&](size_t, size_t of) { same += of == bytes; });
  slab->size_class = cls;
  Chain chain(slab, same);
  map.blocks.fill(bytes, most, [&](size_t offset) { chain.add(offset); });
  const Word head = chain.end();
  map.others = static_cast<uint16_t>(map.others - same);
  map.count = static_cast<uint16_t>(chain.count());
  slab->wake_count = small::wake_count_of(map.count);
  map.is_dormant = false;
  map.gone_pages = 0;
  slab->head = head;
  return true;
}

void make_dormant(Descriptor* slab) {
  Mixed& map = *map_of(slab);
  Word word = slab->head;
  // A fork meanwhile finds no list: what was in it is lost to the child, but for what is room
  // already.
  slab->head = small::make_word(slab, map.count, small::kNoBlock);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  while (offset_of(word) != small::kNoBlock) {
    char* const block = slab->start + offset_of(word);
    if (!small::is_block(slab, block) || !small::is_intact(slab, block)) {
      report::corrupted_block(block, slab->block_bytes(), nullptr);
      break;  // what is left of the list counts as used, for good
    }
    word = small::word_in(block);
    map.blocks.give_back(offset_in(slab, block));
  }
  set_dormant(slab, map);
}

bool are_any() {
  return any_made.load(std::memory_order_relaxed);
}

void put_back(Descriptor* slab, char* block, size_t bytes) {
  Mixed& map = *map_of(slab);
  if (!map.is_dormant && bytes == slab->block_bytes()) {
    const Word before = slab->head;
    small::put_word(slab, block, before);
    slab->head = arch::with_low16(before, reinterpret_cast<uintptr_t>(block)) - slab->unit;
  } else {
    map.blocks.give_back(offset_in(slab, block));
    map.others = static_cast<uint16_t>(map.others - 1);
  }
}

// Where a block was, it may have been freed before, and be room since.
void report_no_block(const Descriptor* slab, const char* address, const void* caller) {
  const Granules& blocks = map_of(slab)->blocks;
  const size_t offset = offset_in(slab, address);
  if (offset != 0 && offset % kMinAlignment == 0 && blocks.was_used(offset))
    return report::double_free(address, blocks.bytes_at(offset), caller);
  report::invalid_pointer("free", address, caller);
}

size_t free_bytes(const Descriptor* slab) {
  const Mixed& map = *map_of(slab);
  const size_t listed = map.count - small::used_of(slab->head);
  return kSliceSize - map.blocks.used_bytes() + listed * slab->block_bytes();
}

// Not the first page, whose first bytes are the slab's own.
void give_back_pages(Descriptor* slab) {
  Mixed& map = *map_of(slab);
  const size_t page_size = os::page_size();
  const auto is_wasted = [&](size_t page) {
    return !(map.gone_pages >> page & 1) &&
           map.blocks.is_free(page * page_size, (page + 1) * page_size);
  };
  for (size_t page = 1; page * page_size < kSliceSize; ++page) {
    const size_t from = page;
    while (page * page_size < kSliceSize && is_wasted(page)) ++page;
    const size_t bytes = (page - from) * page_size;
    if (bytes == 0 || !os::purge(slab->start + from * page_size, bytes)) continue;
    retention::note_given_back(bytes);
    map.gone_pages = map.gone_pages | (~uint64_t{0} >> (64 - (page - from))) << from;
  }
}

}  // namespace ox::mixed
