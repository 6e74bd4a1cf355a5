// The bytes that a fuzz target is given, read from first to last; zeros behind the end.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::test {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : next_(data), end_(data + size) {}

  bool empty() const { return next_ == end_; }
  uint8_t byte() { return empty() ? uint8_t{0} : *next_++; }
  size_t word() {
    const size_t low = byte();
    return low | static_cast<size_t>(byte()) << 8;
  }

 private:
  const uint8_t* next_;
  const uint8_t* end_;
};

}  // namespace ox::test
