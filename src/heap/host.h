// What the heap asks of the program it lives in. The shared library answers in api/; unit tests
// that link the heap statically use the weak defaults in host.cpp.
#pragma once

#include <cstddef>

namespace ox::host {

enum class Mode {
  Active,       // serve every request
  Passthrough,  // hand every request to libc's allocator
};

// Decides, once per process and before anything is allocated, which mode it is.
Mode choose_mode();

// The calling thread has just received its heap: arrange for thread_heaps::detach() to run when it
// ends. Not called for the first thread, which is the program's main one: it ends with the process.
void thread_started();

// The stack of the calling thread as return addresses, innermost first, without the allocator's own
// frames: at most `most` of them, fewer where it cannot be followed. May allocate. For the heap
// profile.
size_t backtrace(void** frames, size_t most);

// Requests in passthrough mode, and pointers that no region contains. Their caller has checked
// sizes and alignments for overflow only.
void* allocate(size_t size);
void* allocate_zeroed(size_t size);
void* allocate_aligned(size_t alignment, size_t size);
void* reallocate(void* block, size_t size);
void release(void* block);
size_t usable_size(const void* block);

}  // namespace ox::host
