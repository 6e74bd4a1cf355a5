#include "heap/class_slices.h"

#include <atomic>

#include "span/descriptor.h"

namespace ox::class_slices {
namespace {

// Relaxed: figures, on which no order of anything else depends.
struct Count {
  std::atomic<uint32_t> now{0}, most{0}, refused{0};
  std::atomic<uint32_t> made{0}, outgrew{0};  // both are halved after kMade
};
constexpr uint32_t kMade = 64;
// A class stays light if at most one of so many of its slabs does not.
constexpr uint32_t kOutgrewShare = 4;
Count counts[kClasses + 1];

}  // namespace

void note_made(size_t index) {
  Count& count = counts[index];
  if (count.made.fetch_add(1, std::memory_order_relaxed) < kMade) return;
  for (std::atomic<uint32_t>* each : {&count.made, &count.outgrew})
    each->store(each->load(std::memory_order_relaxed) / 2, std::memory_order_relaxed);
}

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

void note_outgrew_light(size_t index) {
  counts[index].outgrew.fetch_add(1, std::memory_order_relaxed);
}

bool stays_light(size_t index) {
  const Count& count = counts[index];
  const uint32_t made = count.made.load(std::memory_order_relaxed);
  return made > 1 && count.outgrew.load(std::memory_order_relaxed) * kOutgrewShare <= made;
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
