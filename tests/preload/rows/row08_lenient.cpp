// What programs do that no standard allows, and that harms nobody: each group passes on libc's
// allocator, so it must pass here. Usage: row08_lenient GROUP
#include <malloc.h>
#include <pthread.h>

#include <cstdint>
#include <initializer_list>
#include <new>

#include "check.h"

extern "C" {
void free_sized(void*, size_t) __attribute__((weak));
void free_aligned_sized(void*, size_t, size_t) __attribute__((weak));
void cfree(void*) __attribute__((weak));
}

namespace {

constexpr size_t kSizes[] = {1,    16,    24,    100,   1000,    1024,   1025,
                             5000, 32768, 32769, 70000, 1 << 20, 5 << 20};

char* filled(void* block, size_t size) {
  check(block);
  return static_cast<char*>(memset(block, 0x3c, size));
}

// The size that a sized delete is told: that of a base class, of one element, nothing, far too
// much.
void sized_delete() {
  for (size_t size : kSizes)
    for (size_t told : {size, size_t{0}, size_t{1}, size / 2, size - 1, size + 1, 2 * size,
                        size * 100, SIZE_MAX}) {
      ::operator delete(filled(::operator new(size), size), told);
      ::operator delete[](filled(::operator new[](size), size), told);
      ::operator delete (filled(::operator new (size, std::align_val_t{64}), size), told,
                         std::align_val_t{64});
      ::operator delete[](filled(::operator new[](size, std::align_val_t{64}), size), told,
                          std::align_val_t{64});
      if (free_sized) free_sized(filled(malloc(size), size), told);
      if (free_aligned_sized) free_aligned_sized(filled(memalign(128, size), size), 128, told);
    }
}

// Another member of the family frees than the one that allocated; the alignment told is wrong.
void mixed_family() {
  for (size_t size : kSizes) {
    ::operator delete(filled(malloc(size), size));
    ::operator delete[](filled(calloc(1, size), size));
    free(filled(::operator new(size), size));
    free(filled(::operator new[](size), size));
    ::operator delete(filled(::operator new[](size), size));
    ::operator delete[](filled(::operator new(size), size));
    free(filled(::operator new (size, std::align_val_t{256}), size));
    ::operator delete(filled(::operator new (size, std::align_val_t{256}), size));
    ::operator delete (filled(::operator new(size), size), std::align_val_t{4096});
    ::operator delete (filled(memalign(64, size), size), size, std::align_val_t{16});
    ::operator delete(filled(valloc(size), size), std::nothrow);
    if (cfree) cfree(filled(malloc(size), size));
    free(realloc(filled(::operator new(size), size), size * 2));
    free(realloc(filled(aligned_alloc(64, size), size), size / 2 + 1));
  }
}

// All that malloc_usable_size() tells is written to, as systemd and others do.
void usable_bytes() {
  for (size_t size : kSizes) {
    auto* block = static_cast<char*>(malloc(size));
    const size_t usable = malloc_usable_size(block);
    check(usable >= size);
    memset(block, 0x77, usable);
    void* neighbour = malloc(size);
    memset(neighbour, 0x11, malloc_usable_size(neighbour));
    for (size_t i = 0; i < usable; ++i) check(block[i] == 0x77);
    free(block);
    free(neighbour);
  }
}

// The bytes behind the end, within the same 8, are read: unrolled string functions, sanity checks.
void read_past_the_end() {
  volatile uint64_t sum = 0;
  for (size_t size : kSizes) {
    char* block = filled(malloc(size), size);
    for (size_t i = size; i < (size + 15) / 16 * 16; ++i)
      sum = sum + static_cast<unsigned char>(block[i]);
    free(block);
  }
}

// A block is read after it was freed: its content is anybody's, the access is none of our business.
void read_after_free() {
  volatile uint64_t sum = 0;
  char* blocks[64];
  for (size_t size : {size_t{16}, size_t{100}, size_t{1000}}) {
    for (char*& block : blocks) block = filled(malloc(size), size);
    for (char* block : blocks) free(block);
    for (const char* block : blocks)
      for (size_t i = 0; i < size; i += 8) sum = sum + static_cast<unsigned char>(block[i]);
  }
}

// Never initialised: read, copied, and partly written.
void uninitialised() {
  volatile uint64_t sum = 0;
  for (size_t size : kSizes) {
    auto* block = static_cast<unsigned char*>(malloc(size));
    for (size_t i = 0; i < size; ++i) sum = sum + block[i];
    block = static_cast<unsigned char*>(realloc(block, size * 2));
    check(block);
    free(block);
  }
}

// A thread's blocks, freed by others and after its end; a block freed at exit by nobody.
void* leave(void* result) {
  void** blocks = static_cast<void**>(result);
  for (size_t i = 0; i < 13; ++i) blocks[i] = filled(malloc(kSizes[i]), kSizes[i]);
  return nullptr;
}
void other_threads() {
  for (int round = 0; round < 200; ++round) {
    void* blocks[13];
    pthread_t thread;
    check(pthread_create(&thread, nullptr, leave, blocks) == 0);
    pthread_join(thread, nullptr);
    for (void*& block : blocks) block = realloc(block, 40000);
    for (void* block : blocks) free(block);
  }
}

// Arguments that the manual calls wrong and glibc takes.
void arguments() {
  for (size_t alignment :
       {size_t{0}, size_t{1}, size_t{3}, size_t{12}, size_t{24}, size_t{48}, size_t{1000}}) {
    free(filled(memalign(alignment, 100), 100));
  }
  free(filled(aligned_alloc(4096, 1), 1));  // the size no multiple
  free(nullptr);
  ::operator delete(nullptr);
  ::operator delete(nullptr, 100);
  check(realloc(nullptr, 0) != nullptr);
  check(mallopt(12345, 1) >= 0);
}

struct {
  const char* name;
  void (*run)();
} const groups[] = {{"sized_delete", sized_delete},       {"mixed_family", mixed_family},
                    {"usable_bytes", usable_bytes},       {"read_past_the_end", read_past_the_end},
                    {"read_after_free", read_after_free}, {"uninitialised", uninitialised},
                    {"other_threads", other_threads},     {"arguments", arguments}};

}  // namespace

int main(int argc, char** argv) {
  for (const auto& group : groups)
    if (argc == 2 && strcmp(argv[1], group.name) == 0) {
      group.run();
      return 0;
    }
  return 127;
}
