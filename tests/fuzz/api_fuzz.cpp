// libFuzzer target: the bytes are calls to the heap, each checked by a shadow
// (support/shadow_heap.h). An input is a list of operations, one byte for which, then two or three
// for its operands. Other threads take part: some operations are done by one that starts, acts on
// blocks of this one, and ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>

#include "base/options.h"
#include "fuzz/input.h"
#include "heap/stats.h"
#include "os/memory.h"
#include "support/heap_thread.h"
#include "support/shadow_heap.h"

namespace {

using ox::test::Broken;
using ox::test::Input;
using ox::test::ShadowHeap;

constexpr size_t kMostBlocks = 2000;
constexpr size_t kMostBytes = size_t{64} << 20;

// 0 to 65535 bytes as they are, or around a power of two up to 4 MiB.
size_t block_bytes(Input& input) {
  const size_t value = input.word();
  if (value < 0xc000) return value;
  return (size_t{1} << (value >> 8 & 0x1f) % 23) + (value & 0xff) - 128;
}

// Runs on a thread of its own; what it throws is thrown here.
template <typename Function>
void elsewhere(Function function) {
  std::exception_ptr thrown;
  ox::test::in_heap_thread([&] {
    try {
      function();
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  if (thrown) std::rethrow_exception(thrown);
}

void run_one(ShadowHeap& shadow, Input& input) {
  const uint8_t operation = input.byte();
  const bool full = shadow.count() >= kMostBlocks || shadow.bytes() >= kMostBytes;
  const auto any = [&] { return input.word() % shadow.count(); };
  switch (operation % 16) {
    case 0:
    case 1:
    case 2:
      if (!full) shadow.allocate(block_bytes(input));
      break;
    case 3:
      if (!full) shadow.allocate_zeroed(block_bytes(input));
      break;
    case 4:
      if (!full) shadow.allocate_aligned(size_t{1} << input.byte() % 21, block_bytes(input));
      break;
    case 5:
    case 6:
      if (shadow.count() && !full) {
        const size_t index = any();
        shadow.reallocate(index, block_bytes(input));
      }
      break;
    case 7:
    case 8:
    case 9:
      if (shadow.count()) shadow.release(any());
      break;
    case 10:  // many at once, so that slabs fill
      for (size_t size = block_bytes(input) % 33000, left = input.byte(); left && !full; --left)
        shadow.allocate(size);
      break;
    case 11:  // and empty
      for (size_t left = input.byte(); left && shadow.count(); --left) shadow.release(any());
      break;
    case 12:
      elsewhere([&] {
        for (size_t left = input.byte(); left && shadow.count(); --left) shadow.release(any());
      });
      break;
    case 13:
      elsewhere([&] {
        for (size_t left = input.byte() % 32; left && !full; --left)
          shadow.allocate(block_bytes(input));
      });
      break;
    case 14:
      ox::heap::trim();
      break;
    case 15:
      ox::os::inject_failure(input.byte() % 8, 1 + input.byte() % 3u);
      break;
  }
}

}  // namespace

// OX_CHECK=1 in the environment: with consistency checks.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (std::getenv("OX_CHECK")) ox::options.read("OX_CHECK=1");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  ShadowHeap shadow(1);
  while (!input.empty()) run_one(shadow, input);
  shadow.check_all();
  shadow.release_all();
  ox::os::inject_failure(0, 0);
  return 0;
}
