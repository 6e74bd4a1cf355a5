#include "heap/small.h"

#include "heap/class_slices.h"
#include "heap/idle.h"
#include "heap/remote.h"
#include "os/report.h"

namespace ox::small {
namespace {

// Blocks are carved in steps that touch one page of the usual size.
constexpr size_t kCarveBytes = 4096;

// In which order blocks are handed out that are carved together: as they lie, or, hardened, at
// random.
class Order {
 public:
  Order([[maybe_unused]] size_t count, [[maybe_unused]] uint64_t seed) {
    if constexpr (kHardened) {
      uint64_t state = seed;
      for (size_t i = 0; i < count; ++i) {
        const size_t other = next_random(state) % (i + 1);
        order_[i] = order_[other];
        order_[other] = static_cast<uint8_t>(i);
      }
    }
  }
  size_t operator[](size_t i) const {
    if constexpr (kHardened) return order_[i];
    return i;
  }

 private:
  uint8_t order_[kHardened ? kCarveBytes / kMinAlignment : 1];
};

char* first_block(const Descriptor* slab) {
  const size_t size = block_size(slab->first_class);
  const auto start = reinterpret_cast<uintptr_t>(slab->start);
  return slab->start + ((start / size + 1) * size - start);
}

}  // namespace

char* block_at(const Descriptor* slab, size_t index) {
  return first_block(slab) + index * block_size(slab->first_class);
}

void format(Descriptor* slab, SizeClass cls) {
  slab->mixed.store(nullptr, std::memory_order_relaxed);
  slab->kind = SpanKind::Small;
  slab->was_slab = true;
  slab->size_class = slab->first_class = cls;
  const size_t size = slab->block_bytes();
  slab->unit = kOneUsed;
  slab->magic = ~uint64_t{0} / size + 1;
  if constexpr (arch::kFusedEventTest) slab->magic += slab->region->event_factor;
  const size_t room = static_cast<size_t>(slab->start + kSliceSize - first_block(slab)) / size;
  // The event test needs M above the largest word: one block less than the slice could hold.
  const size_t bound = kSliceSize / size - 1;
  slab->capacity = static_cast<uint16_t>(room < bound ? room : bound);
  slab->wake_count = wake_count_of(slab->capacity);
  slab->carved = 0;
  slab->recarved = false;
  slab->last_plain = 0;
  slab->holes = 0;
  slab->head = make_word(slab, 0, kNoBlock);
  word_in(slab->start) = start_word(slab);
  word_in(slab->start + kNoBlock) = 0;
}

bool carve(Descriptor* slab) {
  const size_t size = slab->block_bytes();
  if (carve_hole(slab)) return true;
  const size_t left = size_t{slab->capacity} - slab->carved;
  if (left == 0) return false;
  char* const first = block_at(slab, slab->carved);
  // Up to the end of the page in which the first block ends.
  const auto from = reinterpret_cast<uintptr_t>(first);
  const size_t to_page_end = align_up(from + size, kCarveBytes) - from;
  size_t count = to_page_end / size;
  if (count > left) count = left;

  const Order order(count, reinterpret_cast<uintptr_t>(first));
  const auto offset_at = [&](size_t i) { return offset_of(from + order[i] * size); };
  Word used = slab->carved;
  for (size_t i = 0; i < count; ++i)
    put_word(slab, slab->start + offset_at(i),
             make_word(slab, ++used, i + 1 < count ? offset_at(i + 1) : kNoBlock));
  slab->carved = static_cast<uint16_t>(slab->carved + count);
  const auto reaches = static_cast<size_t>(first - slab->start);  // so far
  if (!slab->recarved && reaches <= kLight && reaches + count * size > kLight)
    class_slices::note_outgrew_light(slab->size_class);
  slab->recarved &= slab->carved < slab->capacity;
  slab->last_plain = static_cast<uint16_t>(from + (count - 1) * size);
  slab->head = arch::with_low16(slab->head, offset_at(0));
  return true;
}

namespace {

// All blocks are free and their memory is purged: none is carved, the list is empty.
void recarve(Descriptor* slab) {
  slab->carved = 0;
  slab->recarved = true;
  slab->light = true;
  slab->last_plain = 0;
  slab->holes = 0;
  slab->head = make_word(slab, slab->unit == 0 ? 1 : 0, kNoBlock);
  word_in(slab->start) = start_word(slab);  // kNoBlock is without mark as purged memory is
}

}  // namespace

void lose_list(Descriptor* slab, const char* damaged) {
  report::corrupted_block(damaged, slab->block_bytes(), nullptr);
  slab->head = make_word(slab, counted_blocks(slab) - blocks_in_holes(slab), kNoBlock);
}

bool is_all_listed(Descriptor* slab) {
  size_t left = counted_blocks(slab) - blocks_in_holes(slab);
  char* block = block_at(slab, 0);
  Word word = slab->head;
  for (; left > 0 && offset_of(word) != kNoBlock; --left) {
    block = slab->start + offset_of(word);
    if (!is_block(slab, block) || !is_intact(slab, block)) break;
    word = word_in(block);
  }
  if (left == 0 && offset_of(word) == kNoBlock) return true;
  lose_list(slab, block);
  return false;
}

namespace {

// In the list, and in holes.
size_t free_count(const Descriptor* slab) {
  size_t listed = 0;
  for (Word offset = offset_of(slab->head); offset != kNoBlock && listed < counted_blocks(slab);
       ++listed)
    offset = offset_of(word_in(slab->start + offset));
  return listed + blocks_in_holes(slab);
}

}  // namespace

void count_listed(Descriptor* slab) {
  Word used = counted_blocks(slab) - free_count(slab);
  slab->head = make_word(slab, used, offset_of(slab->head));
  size_t left = slab->carved;
  for (Word offset = offset_of(slab->head); offset != kNoBlock; --left) {
    char* const block = slab->start + offset;
    if (left == 0 || !is_intact(slab, block)) return lose_list(slab, block);
    const Word word = word_in(block);
    offset = offset_of(word);
    const Word counted = make_word(slab, ++used, offset);
    if (word == counted) continue;  // a fork's child copies no page for nothing
    clear_twin(slab, block);
    put_word(slab, block, counted);
  }
}

size_t live_blocks(const Descriptor* slab) {
  const Mixed* map = mixed::map_of(slab);
  return counted_blocks(slab) - free_count(slab) + (map ? size_t{map->others} : 0);
}

bool contains(const Descriptor* slab, const void* block) {
  Word word = slab->head;
  for (size_t i = 0; i <= slab->capacity && offset_of(word) != kNoBlock; ++i) {
    char* at = slab->start + offset_of(word);
    if (at == block) return true;
    if (!has_mark(slab, at)) return false;
    word = word_in(at);
  }
  return false;
}

namespace {

// Any number of them may be of other sizes than the slab's.
void put_back_remote(Descriptor* slab, Word word, size_t listed) {
  for (; listed > 0; --listed) {
    char* const block = slab->start + offset_of(word);
    if (!is_block(slab, block) || !has_mark(slab, block))
      return report::corrupted_block(block, slab->block_bytes(), nullptr);
    word = word_in(block);
    mixed::put_back(slab, block, bytes_of(slab, block));
  }
}

}  // namespace

Taken take_remote(Descriptor* slab, Relaxed<size_t>& count) {
  Word word = idle::take(slab);
  if (word == 0) return Taken::Nothing;
  const bool was_purged = word & idle::kBusy;
  const size_t listed = was_purged ? slab->capacity : remote::listed(slab, word);
  count = count + listed;
  if (was_purged) {
    recarve(slab);
    return Taken::Purged;
  }
  if (mixed::map_of(slab)) {
    put_back_remote(slab, word, listed);
    return Taken::Blocks;
  }
  if (list_empty(slab)) {  // then theirs becomes the list: pop() checks each block of it
    slab->head =
        make_word(slab, slab->unit == 0 ? 1 : used_of(slab->head) - listed, offset_of(word));
    return Taken::Blocks;
  }
  for (size_t left = slab->capacity; offset_of(word) != kNoBlock; --left) {
    char* block = slab->start + offset_of(word);
    if (left == 0 || !is_intact(slab, block)) {
      report::corrupted_block(block, slab->block_bytes(), nullptr);
      break;  // what is left of theirs counts as used, for good
    }
    word = word_in(block);
    push(slab, block);  // an empty slab is the caller's to notice
  }
  return Taken::Blocks;
}

size_t touched_bytes(const Descriptor* slab) {
  if (mixed::map_of(slab) || !slab->light) return kSliceSize;
  return static_cast<size_t>(block_at(slab, slab->carved) - slab->start);
}

}  // namespace ox::small
