// libFuzzer target: a program that writes to blocks it has freed. The process goes on (healing), so
// that one input shows many damages. Whatever is written: the heap comes to an end of what it does,
// touches no memory but its own, and never hands out memory that is in use. That shows in what the
// program's own blocks hold.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/options.h"
#include "fuzz/input.h"
#include "heap/heap.h"
#include "support/heap_thread.h"

namespace {

using ox::test::Input;

struct Block {
  unsigned char* start;
  size_t size;

  bool overlaps(const Block& other) const {
    return start < other.start + other.size && other.start < start + size;
  }
  unsigned char mark() const {
    return static_cast<unsigned char>(reinterpret_cast<uintptr_t>(start) >> 4 | 1);
  }
};

constexpr size_t kMostBlocks = 1000;

std::vector<Block> live, freed;

void check(const Block& block) {
  for (size_t i = 0; i < block.size; ++i)
    if (block.start[i] != block.mark()) {
      std::fprintf(stderr, "a block in use of %zu bytes was written to at %zu\n", block.size, i);
      std::abort();
    }
}

void allocate(size_t size) {
  const Block block{static_cast<unsigned char*>(ox::heap::allocate(size)), size};
  if (!block.start) return;
  for (const Block& other : live)
    if (block.overlaps(other)) std::abort();
  // What may be written to from now on, as freed memory, is not in use.
  std::erase_if(freed, [&](const Block& other) { return block.overlaps(other); });
  std::memset(block.start, block.mark(), size);
  live.push_back(block);
}

Block take(std::vector<Block>& blocks, size_t index) {
  const Block block = blocks[index];
  blocks[index] = blocks.back();
  blocks.pop_back();
  return block;
}

void release(size_t index) {
  const Block block = take(live, index);
  check(block);
  ox::heap::release(block.start);
  if (freed.size() < kMostBlocks) freed.push_back(block);
}

void write_bytes(const Block& block, Input& input) {
  size_t at = input.byte() % 16 ? input.byte() % 16 : input.word();
  for (size_t count = 1 + input.byte() % 16; count > 0 && at < block.size; --count)
    block.start[at++] = input.byte();
}

// As an attacker: what one free block has at its start is put into another.
void copy_word(const Block& from, const Block& to, Input& input) {
  const size_t bytes = 1 + input.byte() % 8;
  if (from.size >= bytes && to.size >= bytes) std::memcpy(to.start, from.start, bytes);
}

void run_one(Input& input) {
  const auto any = [&](const std::vector<Block>& blocks) { return input.word() % blocks.size(); };
  switch (input.byte() % 12) {
    case 0:
    case 1:
    case 2:
      for (size_t size = 1 + input.word() % (input.byte() % 8 ? 200 : 40000),
                  left = 1 + input.byte() % 64;
           left > 0 && live.size() < kMostBlocks; --left)
        allocate(size);
      break;
    case 3:
    case 4:
      for (size_t left = 1 + input.byte() % 64; left > 0 && !live.empty(); --left)
        release(any(live));
      break;
    case 5:
      ox::test::in_heap_thread([&] {
        for (size_t left = 1 + input.byte() % 32; left > 0 && !live.empty(); --left)
          release(any(live));
      });
      break;
    case 6:
    case 7:
    case 8:
      if (!freed.empty()) write_bytes(freed[any(freed)], input);
      break;
    case 9:
      if (!freed.empty()) copy_word(freed[any(freed)], freed[any(freed)], input);
      break;
    case 10:
      if (!freed.empty()) ox::heap::release(freed[any(freed)].start);  // a double free
      break;
    case 11:
      ox::heap::trim();
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  ox::options.read("OX_ENABLE_EXPERIMENTAL_HEALING=1");
  if (std::getenv("OX_CHECK")) ox::options.read("OX_CHECK=1");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  while (!input.empty()) run_one(input);
  for (const Block& block : live) check(block);
  while (!live.empty()) release(live.size() - 1);
  freed.clear();
  return 0;
}
