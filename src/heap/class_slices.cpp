#include "heap/class_slices.h"

#include <atomic>

#include "span/descriptor.h"

namespace ox::class_slices {
namespace {

// Relaxed: figures, on which no order of anything else depends. Every process that makes a slab
// writes here: small, and only for the classes that need it.
struct Count {
  std::atomic<uint32_t> now{0}, most{0};
};
Count counts[kClasses + 1];

// Of a medium class.
std::atomic<uint32_t> refused_slices[kMediumClasses];

// Of a small one, of late: both are halved after kMade.
struct Made {
  std::atomic<uint8_t> all{0}, outgrew{0};
};
constexpr uint8_t kMade = 64, kFew = 4;
static_assert(kFew < kMade / 2);  // once it was more, it always is
// A class stays light if at most one of so many of its slabs does not.
constexpr uint32_t kOutgrewShare = 4;
Made made[kSmallClasses];

void halve(std::atomic<uint8_t>& count) {
  count.store(count.load(std::memory_order_relaxed) / 2, std::memory_order_relaxed);
}

std::atomic<uint32_t>& refused_of(SizeClass cls) {
  return refused_slices[medium_index(cls)];
}

}  // namespace

void note_made(SizeClass cls) {
  Made& of_class = made[index_of(cls)];
  if (of_class.all.fetch_add(1, std::memory_order_relaxed) < kMade) return;
  halve(of_class.all);
  halve(of_class.outgrew);
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

void add_refused(SizeClass cls, size_t slices) {
  refused_of(cls).fetch_add(static_cast<uint32_t>(slices), std::memory_order_relaxed);
}

size_t take_refused(SizeClass cls, size_t slices) {
  std::atomic<uint32_t>& refused = refused_of(cls);
  uint32_t there = refused.load(std::memory_order_relaxed), again;
  do {
    if (there == 0) return 0;
    again = there < slices ? there : static_cast<uint32_t>(slices);
  } while (!refused.compare_exchange_weak(there, there - again, std::memory_order_relaxed));
  return again;
}

void note_outgrew_light(SizeClass cls) {
  made[index_of(cls)].outgrew.fetch_add(1, std::memory_order_relaxed);
}

bool few_made(SizeClass cls) {
  return made[index_of(cls)].all.load(std::memory_order_relaxed) <= kFew;
}

bool stays_light(SizeClass cls) {
  const Made& of_class = made[index_of(cls)];
  const uint32_t all = of_class.all.load(std::memory_order_relaxed);
  return all > 1 && of_class.outgrew.load(std::memory_order_relaxed) * kOutgrewShare <= all;
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
