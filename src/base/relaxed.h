// A variable of which one thread at a time is the writer, while others may read it: loads and
// stores are relaxed, and compile to plain ones. What else becomes visible with it is not promised.
#pragma once

#include <atomic>

namespace ox {

template <typename T>
class Relaxed {
 public:
  constexpr Relaxed() = default;
  constexpr Relaxed(T value) : value_(value) {}
  Relaxed(const Relaxed& other) : Relaxed(static_cast<T>(other)) {}
  Relaxed& operator=(const Relaxed& other) {
    *this = static_cast<T>(other);
    return *this;
  }
  Relaxed& operator=(T value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  operator T() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_{};
};

}  // namespace ox
