#include "heap/nursery.h"

#include "heap/small.h"
#include "os/report.h"
#include "span/span_heap.h"

namespace ox {

using small::offset_of;
using small::word_in;

void* Nursery::allocate(ThreadHeap* home, SizeClass cls) {
  uint8_t& count = allocations_[index_of(cls)];
  if (count >= kBusy || (!span_ && !open(home))) return nullptr;
  ++count;
  char* block = pop(cls);
  if (!block) {
    take_remote();
    block = pop(cls);
  }
  if (!block && add_run(cls)) block = pop(cls);
  if (!block) return nullptr;
  ++live_[index_of(cls)];
  return block;
}

bool Nursery::open(ThreadHeap* home) {
  bool zeroed;
  Descriptor* span = span_heap::allocate(1, kSliceSize, zeroed);
  if (!span) return false;
  span->remote.store(0, std::memory_order_relaxed);
  span->mail.store(Mail::Unwanted, std::memory_order_relaxed);
  span->kind = SpanKind::Nursery;
  // release: as ThreadHeap::new_slab().
  span->home.store(home, std::memory_order_release);
  cell_class_.fill(kNoClass);
  top_.fill(0);
  used_cells_ = 0;
  span_ = span;
  return true;
}

// A run of cells for about 512 bytes of blocks, at least one block.
bool Nursery::add_run(SizeClass cls) {
  const size_t size = block_size(cls);
  const size_t count = size < kCellBytes ? kCellBytes / size : 1;
  const auto base = reinterpret_cast<uintptr_t>(span_->start);
  // Offset 0 means "none" in the lists.
  const uintptr_t from = base + (used_cells_ ? used_cells_ * kCellBytes : kMinAlignment);
  const uintptr_t first = (from + size - 1) / size * size;
  const size_t end_cell = align_up(first + count * size - base, kCellBytes) / kCellBytes;
  if (end_cell > kCells) return false;
  for (size_t cell = used_cells_; cell < end_cell; ++cell)
    cell_class_[cell] = static_cast<uint8_t>(index_of(cls));
  used_cells_ = end_cell;
  const uintptr_t end = base + end_cell * kCellBytes;
  const small::Word no_block = small::make_word(span_, 0, 0);
  uint16_t& top = top_[index_of(cls)];
  uintptr_t block = first;
  for (; block + 2 * size <= end; block += size)
    word_in(reinterpret_cast<char*>(block)) = no_block | (block + size - base);
  word_in(reinterpret_cast<char*>(block)) = no_block | top;
  top = static_cast<uint16_t>(first - base);
  return true;
}

void Nursery::push(char* block) {
  uint16_t& top = top_[index_of(class_at(cell_of(block)))];
  word_in(block) = small::make_word(span_, 0, top);
  top = static_cast<uint16_t>(block - span_->start);
}

char* Nursery::pop(SizeClass cls) {
  uint16_t& top = top_[index_of(cls)];
  if (top == 0) return nullptr;
  char* block = span_->start + top;
  if (!small::has_mark(span_, block)) {
    report::corrupted_block(block, block_size(cls), nullptr);
    top = 0;
    return nullptr;
  }
  top = static_cast<uint16_t>(offset_of(word_in(block)));
  word_in(block) = 0;
  return block;
}

bool Nursery::contains(const char* block) const {
  size_t offset = top_[index_of(class_at(cell_of(block)))];
  for (size_t i = 0; offset != 0 && i < kSliceSize / kMinAlignment; ++i) {
    if (span_->start + offset == block) return true;
    if (!small::has_mark(span_, span_->start + offset)) return false;
    offset = offset_of(word_in(span_->start + offset));
  }
  return false;
}

void Nursery::check() {
  for (size_t index = 0; span_ && index < kServed; ++index)
    for (size_t offset = top_[index], left = kSliceSize / kMinAlignment; offset != 0; --left) {
      char* block = span_->start + offset;
      const bool sound = left != 0 && is_block(block) && small::has_mark(span_, block) &&
                         small::used_of(word_in(block)) == 0 &&
                         class_at(cell_of(block)) == static_cast<SizeClass>(index);
      if (!sound) {
        report::corrupted_block(block, kBlockSizes[index], nullptr);
        top_[index] = 0;
        break;
      }
      offset = offset_of(word_in(block));
    }
}

void Nursery::release(void* block, const void* caller) {
  auto* bytes = static_cast<char*>(block);
  if (!is_block(block)) return report::invalid_pointer("free", block, caller);
  if (small::has_mark(span_, bytes)) {
    take_remote();
    if (contains(bytes)) return report::double_free(block, block_bytes(block), caller);
  }
  --live_[index_of(class_at(cell_of(block)))];
  push(bytes);
}

void Nursery::take_remote() {
  // As small::take_remote().
  if (span_->remote.load(std::memory_order_relaxed) == 0) return;
  small::Word word = span_->remote.exchange(0, std::memory_order_acquire);
  remote_frees_ += small::used_of(word);
  while (offset_of(word) != small::kNoBlock) {
    char* block = span_->start + offset_of(word);
    if (!small::has_mark(span_, block))
      return report::corrupted_block(block, block_bytes(block), nullptr);
    word = word_in(block);
    word_in(block) = 0;
    release(block, nullptr);
  }
}

bool Nursery::is_block(const void* block) const {
  const size_t cell = cell_of(block);
  if (cell_class_[cell] == kNoClass) return false;
  const size_t size = block_size(class_at(cell));
  if (reinterpret_cast<uintptr_t>(block) % size != 0) return false;
  const size_t last_cell = cell_of(static_cast<const char*>(block) + size - 1);
  return block != span_->start && last_cell < kCells && cell_class_[last_cell] == cell_class_[cell];
}

size_t Nursery::cell_bytes(SizeClass cls) const {
  if (!span_) return 0;
  size_t cells = 0;
  for (size_t cell = 0; cell < used_cells_; ++cell)
    if (cell_class_[cell] == index_of(cls)) ++cells;
  return cells * kCellBytes;
}

bool Nursery::has_live_blocks() const {
  for (const uint16_t count : live_)
    if (count != 0) return true;
  return false;
}

size_t Nursery::block_bytes(const void* block) const {
  return block_size(class_at(cell_of(block)));
}

void Nursery::close() {
  if (!span_) return;
  take_remote();
  if (has_live_blocks() || lost_count_) return;
  span_->kind = SpanKind::None;
  span_->home.store(nullptr, std::memory_order_relaxed);
  span_heap::release(span_, used_cells_ * kCellBytes);
  span_ = nullptr;
  allocations_.fill(0);
}

void Nursery::forget_free() {
  if (!span_) return;
  top_.fill(0);
  span_->remote.store(0, std::memory_order_relaxed);
  lost_count_ = true;
}

}  // namespace ox
