#include "heap/profile.h"

#include "base/policy.h"
#include "heap/host.h"
#include "heap/large.h"
#include "heap/medium.h"
#include "heap/profile_sites.h"
#include "heap/small.h"
#include "heap/thread_heap.h"
#include "os/process.h"

namespace ox::profile {
namespace {

constexpr size_t kMostFrames = 64;

uint64_t rate = 0;  // 0: off

// -ln of a random number in (0, 1]: bytes between picked ones have this distribution, times `rate`.
double random_exponential(uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  constexpr unsigned kBits = 26;
  const uint64_t number = (state >> (64 - kBits)) + 1;
  const auto exponent = static_cast<unsigned>(floor_log2(number));
  double logarithm = exponent;  // to base 2
  double mantissa = static_cast<double>(number) / static_cast<double>(uint64_t{1} << exponent);
  double digit = 0.5;
  for (unsigned i = 0; i < 20; ++i, digit /= 2) {
    mantissa *= mantissa;
    if (mantissa < 2) continue;
    mantissa /= 2;
    logarithm += digit;
  }
  constexpr double kLn2 = 0.6931471805599453;
  return (kBits - logarithm) * kLn2;
}

int64_t next_distance(uint64_t& random) {
  return static_cast<int64_t>(random_exponential(random) * static_cast<double>(rate));
}

// Whether a block of so many bytes is to be sampled.
inline bool is_due(Profiled& profiled, size_t bytes) {
  profiled.bytes_left -= static_cast<int64_t>(bytes);
  if (__builtin_expect(profiled.bytes_left >= 0, 1) || profiled.busy) return false;
  profiled.bytes_left = next_distance(profiled.random);
  return true;
}

// Outside every lock: unwinding may allocate, and may wait for the loader, which allocates.
void sample(Profiled& profiled, Descriptor* span, size_t size) {
  void* frames[kMostFrames];
  profiled.busy = true;
  const size_t depth = host::backtrace(frames, kMostFrames);
  profiled.busy = false;
  os::Guard guard(lock());
  span->site = sites::add(frames, depth, size);
  span->sampled_bytes = size;
}

[[gnu::noinline]] void* allocate_sampled(Profiled& profiled, size_t size) {
  bool zeroed;
  void* block = large::allocate(size, kSliceSize, zeroed);
  if (block) sample(profiled, region::find(reinterpret_cast<uintptr_t>(block)), size);
  return block;
}

}  // namespace

bool start(uint64_t wanted_rate) {
  constexpr uint64_t kMostRate = uint64_t{1} << 40;
  // Its blocks have more in them than a large block has: see heap/hardened.h.
  if (kHardened || !sites::prepare()) return false;
  rate = wanted_rate < kMostRate ? wanted_rate : kMostRate;
  return true;
}

bool is_on() {
  return rate != 0;
}

void reset(Profiled& profiled) {
  profiled.current.fill(no_slab());
  profiled.busy = false;
}

Profiled* make_profiled() {
  os::Guard guard(lock());
  auto* profiled = static_cast<Profiled*>(sites::take_storage(sizeof(Profiled)));
  if (!profiled) return nullptr;
  reset(*profiled);
  profiled->random = os::random_word(reinterpret_cast<uintptr_t>(profiled)) | 1;
  profiled->bytes_left = next_distance(profiled->random);
  return profiled;
}

void* allocate(size_t size) {
  Profiled& profiled = *current_heap()->profiled;
  if (is_due(profiled, size))
    if (void* block = allocate_sampled(profiled, size)) return block;
  const SizeClass cls = size_class_of(size);
  Descriptor* slab = profiled.current[index_of(cls)];
  void* block = is_small(cls) ? small::pop(slab) : medium::pop(slab);
  return block ? block : current_heap()->refill(cls);
}

void note_large(Descriptor* span, size_t size) {
  if (span->site) forget(span);
  Profiled* profiled = current_heap() ? current_heap()->profiled : nullptr;
  if (profiled && is_due(*profiled, size)) sample(*profiled, span, size);
}

void forget(Descriptor* span) {
  os::Guard guard(lock());
  sites::subtract(span->site, span->sampled_bytes);
  span->site = nullptr;
}

void write(os::TextWriter& out) {
  os::Guard guard(lock());
  sites::write(out, rate);
}

os::Lock& lock() {
  static constinit os::Lock the_lock;
  return the_lock;
}

}  // namespace ox::profile
