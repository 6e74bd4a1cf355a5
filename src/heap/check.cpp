#include "heap/check.h"

#include "heap/canary.h"
#include "heap/medium.h"
#include "heap/small.h"
#include "os/report.h"

namespace ox::check {
namespace {

using canary::kBytes;

// The free list holds blocks of the slab, each as it was left, and none twice: it ends.
void check_list(Descriptor* slab) {
  small::Word word = slab->head;
  for (size_t left = slab->carved; small::offset_of(word) != small::kNoBlock; --left) {
    char* block = slab->start + small::offset_of(word);
    if (left == 0 || !small::is_block(slab, block) || !small::is_intact(slab, block))
      return small::lose_list(slab, block);
    word = small::word_in(block);
  }
}

// Between the word of a free block and its twin.
bool is_zero_inside(const char* block, size_t bytes) {
  for (size_t at = kBytes; at < bytes - kBytes; at += kBytes)
    if (*reinterpret_cast<const uint64_t*>(block + at) != 0) return false;
  return true;
}

void check_block(const Descriptor* slab, char* block, size_t bytes) {
  const uint64_t word = *canary::word_at(block, bytes);
  size_t slack;
  if (canary::matches(block, word, slack) && slack <= bytes - kBytes) {
    const size_t size = bytes - kBytes - slack;
    const bool filled = canary::fills_whole(bytes) ? canary::is_filled(block + size + slack, slack)
                                                   : canary::is_filled_small(block, size, slack);
    if (!filled) report::overflow(block, bytes, nullptr);
  } else if (word == 0) {
    if (!canary::is_zero(block, bytes)) report::corrupted_block(block, bytes, nullptr);
  } else if (!is_small(slab->size_class) || !small::is_intact(slab, block) ||
             !is_zero_inside(block, bytes)) {
    report::corrupted_block(block, bytes, nullptr);
  }
}

// The words that small::format() writes before the first block are as they were.
bool has_head_words(const Descriptor* slab) {
  return small::word_in(slab->start) == small::start_word(slab) &&
         small::word_in(slab->start + small::kNoBlock) == 0;
}

// What lies before the first block: these words, and zero.
void check_head(const Descriptor* slab) {
  const bool is_little = is_small(slab->size_class);
  if (is_little && !has_head_words(slab))
    report::underflow(small::block_at(slab, 0), slab->block_bytes(), nullptr);
  const char* from = is_little ? slab->start + kMinAlignment : medium::span_start(slab);
  const char* to = is_little ? small::block_at(slab, 0) : slab->start;
  if (from < to && !canary::is_zero(from, static_cast<size_t>(to - from)))
    report::underflow(to, slab->block_bytes(), nullptr);
}

// What lies behind the last block that was carved, as far as an overflow is likely to go, is zero.
void check_tail(const Descriptor* slab) {
  if (!is_small(slab->size_class) || slab->carved == 0 || slab->carved == slab->capacity) return;
  const size_t bytes = slab->block_bytes();
  const size_t behind = bytes * (size_t{slab->capacity} - slab->carved);
  char* const last = small::block_at(slab, slab->carved - 1u);
  if (!canary::is_zero(last + bytes, behind < canary::kLine ? behind : canary::kLine))
    report::overflow(last, bytes, nullptr);
}

class Budget {
 public:
  explicit Budget(size_t most) : left_(most) {}
  bool spent() const { return left_ == 0; }
  void check(Descriptor* one) {
    if (spent() || one == no_slab()) return;
    --left_;
    slab(one);
  }
  void check(const DescriptorList& list) {
    for (Descriptor* one = list.first; one && !spent(); one = one->next) check(one);
  }

 private:
  size_t left_;
};

}  // namespace

void blocks(const Descriptor* slab) {
  const size_t bytes = slab->block_bytes();
  if (is_small(slab->size_class)) {
    for (size_t i = 0; i < slab->carved; ++i)
      if (char* block = small::block_at(slab, i); !small::is_in_hole(slab, block))
        check_block(slab, block, bytes);
  } else {
    for (size_t i = 0; i < slab->capacity; ++i) check_block(slab, slab->start + i * bytes, bytes);
  }
}

void free_block(const Descriptor* slab, char* block) {
  const size_t bytes = slab->block_bytes();
  if (*canary::word_at(block, bytes) == 0 ? !canary::is_zero(block, bytes)
                                          : !is_zero_inside(block, bytes))
    report::corrupted_block(block, bytes, nullptr);
}

void slab(Descriptor* slab) {
  if (is_small(slab->size_class)) check_list(slab);
  if (!kHardened || !thread_heaps::only_one()) return;
  blocks(slab);
  check_head(slab);
  check_tail(slab);
}

void some(ThreadHeap& heap, size_t most) {
  Budget budget(most);
  heap.nursery.check();
  for (size_t i = 0; i < kClasses && !budget.spent(); ++i) {
    const size_t index = heap.next_checked;
    heap.next_checked = static_cast<uint8_t>((index + 1) % kClasses);
    budget.check(heap.current(static_cast<SizeClass>(index)));
    budget.check(heap.partial[index]);
  }
  budget.check(heap.full);
}

}  // namespace ox::check
