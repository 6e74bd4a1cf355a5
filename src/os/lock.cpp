#include "os/lock.h"

#include <linux/futex.h>

#include "os/syscall.h"

namespace ox::os {

constinit __thread OwnLocks own_locks;

namespace {
constexpr int kSpins = 100;
}

void Lock::lock_contended() {
  for (int i = 0; i < kSpins; ++i) {
    uint32_t expected = kFree;
    if (state_.load(std::memory_order_relaxed) == kFree &&
        state_.compare_exchange_weak(expected, kHeld, std::memory_order_acquire))
      return;
    arch::pause();
  }
  // acquire as in lock(). Marked contended, the next unlock() wakes a sleeper.
  while (state_.exchange(kContended, std::memory_order_acquire) != kFree)
    call(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, kContended, nullptr);
}

void Lock::wake() {
  call(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1);
}

namespace {
void wait_for(long seconds, long nanoseconds) {
  const struct { long seconds, nanoseconds; } timeout{seconds, nanoseconds};
  uint32_t nobody_wakes = 0;
  call(SYS_futex, &nobody_wakes, FUTEX_WAIT_PRIVATE, 0, &timeout);
}
}  // namespace

void nap() {
  wait_for(0, 50'000);
}

void sleep_seconds(uint64_t seconds) {
  constexpr uint64_t kYear = uint64_t{366} * 24 * 3600;
  wait_for(static_cast<long>(seconds < kYear ? seconds : kYear), 0);
}

void wait_while(const std::atomic<uint64_t>& word, uint64_t value) {
  // relaxed: the caller acquires what it reads afterwards.
  for (int i = 0; i < kSpins; ++i) {
    if (word.load(std::memory_order_relaxed) != value) return;
    arch::pause();
  }
  while (word.load(std::memory_order_relaxed) == value) nap();
}

}  // namespace ox::os
