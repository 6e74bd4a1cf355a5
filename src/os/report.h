// Messages: every text that the allocator prints by itself stands here, but for figures asked for.
// No allocation, no lock, no libc formatting: usable in any state and in a signal handler.
#pragma once

#include <cstddef>

namespace ox::report {

// Each prints one line that says what happened, to which pointer, in which process, a second with
// the caller's address, and then aborts the process. `caller` is the return address of the entry
// point that the program called.
//
// They return where the options have it so, the first two with OX_REPORT=warn, all three with
// healing: the caller then drops the call, or what is damaged. Of so many only the first are
// printed.
void double_free(const void* block, size_t block_size, const void* caller);
void invalid_pointer(const char* call, const void* pointer, const void* caller);
void corrupted_block(const void* block, size_t block_size, const void* caller);
// Hardened: what stands behind or before a block in use was written to.
[[noreturn]] void overflow(const void* block, size_t block_size, const void* caller);
[[noreturn]] void underflow(const void* block, size_t block_size, const void* caller);
[[noreturn]] void out_of_memory(const char* call);

// Prints one line, once per process, and returns.
void interrupted();

// How often the above returned.
size_t survived();
// Print one line to a file and return.
void survivals(int file);
void leaks(int file, size_t blocks, size_t bytes);

}  // namespace ox::report
