// operator new when memory is refused: the throwing forms call the new_handler and throw
// std::bad_alloc, the others return nullptr; and its alignment in all forms.
#include <cstdint>
#include <new>

#include "check.h"

namespace {

int handler_calls;
void* volatile kept;

void give_up_third_time() {
  if (++handler_calls == 3) std::set_new_handler(nullptr);
}

template <typename Allocate>
void throws(Allocate allocate) {
  handler_calls = 0;
  std::set_new_handler(give_up_third_time);
  try {
    kept = allocate();
  } catch (const std::bad_alloc&) {
    check(handler_calls == 3);
    return;
  }
  check(!"bad_alloc");
}

}  // namespace

int main() {
  volatile size_t most = PTRDIFF_MAX;
  constexpr std::align_val_t kWide{128};
  throws([&] { return ::operator new(most); });
  throws([&] { return ::operator new[](most); });
  throws([&] { return ::operator new(most, kWide); });
  throws([&] { return ::operator new[](most, kWide); });
  check(!::operator new(most, std::nothrow));
  check(!::operator new[](most, std::nothrow));
  check(!::operator new(most, kWide, std::nothrow));
  check(!::operator new[](most, kWide, std::nothrow));
  for (size_t size = 0; size < 200000; size = size * 2 + 1) {
    void* block = ::operator new(size);
    check(block && reinterpret_cast<uintptr_t>(block) % 16 == 0);
    ::operator delete(block);
    for (size_t alignment = 1; alignment <= 65536; alignment *= 2) {
      block = ::operator new (size, std::align_val_t{alignment});
      check(block && reinterpret_cast<uintptr_t>(block) % alignment == 0);
      ::operator delete (block, std::align_val_t{alignment});
    }
  }
}
