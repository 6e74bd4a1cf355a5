// Messages: every text that the allocator prints by itself stands here. All but one are fatal.
// No allocation, no lock, no libc formatting: usable in any state and in a signal handler.
#pragma once

#include <cstddef>

namespace ox::report {

// Each prints one line that says what happened, to which pointer, in which process, a second with
// the caller's address, and then aborts the process. `caller` is the return address of the entry
// point that the program called.
[[noreturn]] void double_free(const void* block, size_t block_size, const void* caller);
[[noreturn]] void invalid_pointer(const char* call, const void* pointer, const void* caller);
[[noreturn]] void corrupted_block(const void* block, size_t block_size, const void* caller);
// Hardened: what stands behind or before a block in use was written to.
[[noreturn]] void overflow(const void* block, size_t block_size, const void* caller);
[[noreturn]] void underflow(const void* block, size_t block_size, const void* caller);
[[noreturn]] void out_of_memory(const char* call);

// Prints one line, once per process, and returns.
void interrupted();

}  // namespace ox::report
