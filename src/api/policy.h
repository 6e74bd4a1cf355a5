// Which processes the library serves: everybody but those the administrator, the user or the
// program itself has excepted.
#pragma once

#include <cstdint>

namespace ox::policy {

// True: serve this process. The answer is found at the first call and then kept; the first call is
// not later than the library's constructor, so no thread of the program competes for it.
bool serves(bool malloc_is_ours);

// The process is not served: every request goes to libc's allocator, or to a sanitizer's. Ask after
// the mode is settled.
bool is_passthrough();

// The library's, as oxidalloc-status shows it.
const char* version();

// Where the heap is, for oxidalloc-status.
void tell_heap(uintptr_t start, uintptr_t end);

// The runtime of a sanitizer is in the process and comes after us: its allocator must be called.
bool has_sanitizer();

}  // namespace ox::policy
