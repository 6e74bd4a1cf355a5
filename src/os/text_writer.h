// Text, formatted in place and written to a file a buffer at a time. No allocation, no lock, no
// libc. Out of line, for nobody is in a hurry who writes text, and many do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/file.h"

namespace ox::os {

class TextWriter {
 public:
  explicit TextWriter(int file) : file_(file) {}
  ~TextWriter() { flush(); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  [[gnu::noinline]] TextWriter& text(const char* string) {
    while (*string) put(*string++);
    return *this;
  }
  // Right-aligned in `width` columns.
  [[gnu::noinline]] TextWriter& number(uint64_t value, size_t width = 0, unsigned base = 10) {
    char digits[64];
    size_t count = 0;
    do digits[sizeof digits - ++count] = "0123456789abcdef"[value % base];
    while (value /= base);
    pad(count, width);
    return characters(digits + sizeof digits - count, count);
  }
  TextWriter& address(uintptr_t value) { return text("0x").number(value, 0, 16); }

  TextWriter& characters(const char* from, size_t count) {
    for (size_t i = 0; i < count; ++i) put(from[i]);
    return *this;
  }

  // False if anything could not be written so far.
  bool flush() {
    sound_ = write(file_, buffer_, length_) && sound_;
    length_ = 0;
    return sound_;
  }

 private:
  void pad(size_t length, size_t width) {
    for (; length < width; ++length) put(' ');
  }
  void put(char character) {
    if (length_ == sizeof buffer_) flush();
    buffer_[length_++] = character;
  }

  int file_;
  bool sound_ = true;
  size_t length_ = 0;
  char buffer_[1024];
};

}  // namespace ox::os
