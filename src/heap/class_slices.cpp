#include "heap/class_slices.h"

#include <atomic>

#include "span/descriptor.h"

namespace ox::class_slices {
namespace {

// Relaxed: figures, on which nothing depends.
struct Count {
  std::atomic<uint32_t> now{0}, most{0}, refused{0};
};
Count counts[kClasses + 1];

}  // namespace

void add(size_t index, size_t slices) {
  Count& count = counts[index];
  const auto more = static_cast<uint32_t>(slices);
  const uint32_t now = count.now.fetch_add(more, std::memory_order_relaxed) + more;
  uint32_t most = count.most.load(std::memory_order_relaxed);
  while (now > most && !count.most.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
  }
}

void subtract(size_t index, size_t slices) {
  counts[index].now.fetch_sub(static_cast<uint32_t>(slices), std::memory_order_relaxed);
}

void add_refused(size_t index, size_t slices) {
  counts[index].refused.fetch_add(static_cast<uint32_t>(slices), std::memory_order_relaxed);
}

size_t take_refused(size_t index, size_t slices) {
  std::atomic<uint32_t>& refused = counts[index].refused;
  uint32_t there = refused.load(std::memory_order_relaxed), again;
  do {
    if (there == 0) return 0;
    again = there < slices ? there : static_cast<uint32_t>(slices);
  } while (!refused.compare_exchange_weak(there, there - again, std::memory_order_relaxed));
  return again;
}

bool any(size_t index) {
  return counts[index].now.load(std::memory_order_relaxed) != 0;
}

size_t bytes(size_t index) {
  return size_t{counts[index].now.load(std::memory_order_relaxed)} << kSliceShift;
}

size_t peak_bytes(size_t index) {
  return size_t{counts[index].most.load(std::memory_order_relaxed)} << kSliceShift;
}

}  // namespace ox::class_slices
