// operator new and delete in all their forms: alignment, bad_alloc where memory is short, the
// new_handler.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <vector>

namespace {

int wrong = 0;
int handled = 0;

void check(bool condition, int line) {
  if (condition) return;
  std::fprintf(stderr, "line %d: not so\n", line);
  ++wrong;
}
#define CHECK(condition) check((condition), __LINE__)

template <typename Function>
bool throws_bad_alloc(Function function) {
  try {
    function();
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

volatile std::size_t huge = SIZE_MAX / 4;

struct alignas(256) Wide {
  char bytes[300];
};

void forms() {
  const std::align_val_t wide{512};
  for (std::size_t size = 0; size < 200'000; size = size * 3 + 1) {
    void* block = ::operator new(size);
    std::memset(block, 1, size);
    ::operator delete(block, size);
    ::operator delete[](::operator new[](size));
    ::operator delete(::operator new(size, std::nothrow), std::nothrow);
    block = ::operator new(size, wide);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 512 == 0);
    ::operator delete(block, size, wide);
    block = ::operator new[](size, wide, std::nothrow);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 512 == 0);
    ::operator delete[](block, wide);
  }
  Wide* array = new Wide[10];
  CHECK(reinterpret_cast<std::uintptr_t>(array) % 256 == 0);
  delete[] array;
  // C and C++ share one heap.
  std::free(::operator new(100));
  ::operator delete(std::malloc(100));
}

void shortage() {
  CHECK(throws_bad_alloc([] { return ::operator new(huge); }));
  CHECK(throws_bad_alloc([] { return ::operator new[](huge); }));
  CHECK(throws_bad_alloc([] { return ::operator new (huge, std::align_val_t{64}); }));
  CHECK(throws_bad_alloc([] { return ::operator new[](huge, std::align_val_t{64}); }));
  CHECK(::operator new(huge, std::nothrow) == nullptr);
  CHECK(::operator new[](huge, std::nothrow) == nullptr);
  CHECK(::operator new (huge, std::align_val_t{64}, std::nothrow) == nullptr);
  CHECK(throws_bad_alloc([] { std::vector<std::string>(huge / 64); }));
}

void handler() {
  std::set_new_handler([] {
    if (++handled == 3) std::set_new_handler(nullptr);
  });
  CHECK(throws_bad_alloc([] { return ::operator new(huge); }));
  CHECK(handled == 3);
}

}  // namespace

int main() {
  forms();
  shortage();
  handler();
  return wrong;
}
