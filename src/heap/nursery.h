// The nursery: where a thread's first blocks of each class of up to 2 KiB come from.
//
// Most programs use many classes a few times. A slab for each would touch a page for each; the
// nursery packs them into one slice, in runs of 512-byte cells of one class each. A class that
// proves busy gets slabs, whose paths are shorter; so does every class when the nursery is full.
//
// A nursery belongs to its ThreadHeap for good: when the thread ends, the heap waits for another
// thread with the nursery as it is. Blocks freed by other threads gather in the slice's descriptor,
// in the format of heap/small.h, as do the free lists here. Blocks lie at multiples of their size.
// Owner thread only, but for is_block() and block_bytes(), which read what does not change while
// the block in question is in use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/policy.h"
#include "base/size_class.h"
#include "span/descriptor.h"

namespace ox {

class Nursery {
 public:
  // Not in the hardened build: classes share pages here.
  static bool serves(SizeClass cls) { return !kHardened && index_of(cls) < kServed; }

  // A block of a class that it serves; nullptr: use a slab.
  void* allocate(ThreadHeap* home, SizeClass cls);
  void release(void* block, const void* caller);

  bool is_block(const void* block) const;
  size_t block_bytes(const void* block) const;
  // Whether the block waits in a free list. Costs a walk.
  bool contains(const char* block) const;

  // Reports damage in the free lists, and forgets the list.
  void check();

  // Gives the slice back if no block is in use.
  void close();
  // The child of a fork, whose thread may have stopped in the middle of anything: forgets what is
  // free. What is in use stays valid.
  void forget_free();

  // Figures of a class; a block freed by another thread is in use until the owner looks.
  size_t live_blocks(SizeClass cls) const { return serves(cls) ? live_[index_of(cls)] : 0; }
  size_t cell_bytes(SizeClass cls) const;
  size_t remote_frees() const { return remote_frees_; }

 private:
  static constexpr size_t kCellBytes = 512;
  static constexpr size_t kCells = kSliceSize / kCellBytes;
  static constexpr size_t kServed = index_of(size_class_of(2048)) + 1;
  static constexpr uint8_t kBusy = 64;  // allocations after which a class gets slabs
  static constexpr uint8_t kNoClass = 0xff;

  bool open(ThreadHeap* home);
  bool has_live_blocks() const;
  bool add_run(SizeClass cls);
  void take_remote();
  void push(char* block);
  char* pop(SizeClass cls);
  size_t cell_of(const void* block) const {
    return static_cast<size_t>(static_cast<const char*>(block) - span_->start) / kCellBytes;
  }
  SizeClass class_at(size_t cell) const { return static_cast<SizeClass>(cell_class_[cell]); }

  Descriptor* span_ = nullptr;
  size_t used_cells_ = 0;
  size_t remote_frees_ = 0;  // taken in so far
  bool lost_count_ = false;  // a fork made live_ uncertain: never closed
  std::array<uint16_t, kServed> live_{};
  std::array<uint8_t, kCells> cell_class_{};
  std::array<uint8_t, kServed> allocations_{};
  std::array<uint16_t, kServed> top_{};  // offset of the first free block; 0: none
};

}  // namespace ox
