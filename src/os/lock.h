// A futex lock of four bytes: no allocation, no libc, usable before main and after fork.
// Critical sections are short; a waiter spins briefly, then sleeps in the kernel.
#pragma once

#include <atomic>
#include <cstdint>

namespace ox::os {

// The locks of the calling thread.
struct OwnLocks {
  uint32_t held = 0;  // or waited for
  bool all = false;  // held for a fork, with all they guard at rest: this thread may go on using it
};
[[gnu::visibility("hidden")]] extern constinit __thread OwnLocks own_locks
    __attribute__((tls_model("initial-exec")));

// A signal handler that finds this true has interrupted its thread where it must not wait for a
// lock: only the interrupted code can release it.
inline bool interrupted() {
  return own_locks.held != 0 && !own_locks.all;
}

// A stretch of code in whose middle a signal handler must find interrupted() true.
class Section {
 public:
  Section() { enter(); }
  ~Section() { leave(); }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  static void enter() {
    ++own_locks.held;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  static void leave() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    --own_locks.held;
  }
};

class Lock {
 public:
  void lock() {
    if (own_locks.all) return;
    Section::enter();
    uint32_t expected = kFree;
    // acquire: sees what the last holder wrote before its release in unlock().
    if (!state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire))
      lock_contended();
  }

  // False if another thread holds it.
  bool try_lock() {
    if (own_locks.all) return true;
    Section::enter();
    uint32_t expected = kFree;
    // acquire: as lock().
    if (state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire)) return true;
    Section::leave();
    return false;
  }

  void unlock() {
    if (own_locks.all) return;
    // release: publishes the critical section.
    if (state_.exchange(kFree, std::memory_order_release) == kContended) wake();
    Section::leave();
  }

  // In the child of a fork, by the thread that holds it: nobody else exists to be woken.
  void reset() {
    state_.store(kFree, std::memory_order_relaxed);
    Section::leave();
  }

 private:
  static constexpr uint32_t kFree = 0, kHeld = 1, kContended = 2;

  void lock_contended();
  void wake();

  std::atomic<uint32_t> state_{kFree};
};

class Guard {
 public:
  explicit Guard(Lock& lock) : lock_(lock) { lock_.lock(); }
  ~Guard() { lock_.unlock(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  Lock& lock_;
};

// Waits some microseconds for another thread to finish a step of a few instructions. A futex, for
// strict system call filters forbid sched_yield.
void nap();
void sleep_seconds(uint64_t seconds);

// Waits until another thread, which is at work on it, changes `word` from `value`.
void wait_while(const std::atomic<uint64_t>& word, uint64_t value);

}  // namespace ox::os
