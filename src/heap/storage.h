// Memory for what describes a heap: thread heaps, and the maps of their nurseries. Zeroed, and
// never given back, for another thread may hold an address into it.
#pragma once

#include <cstddef>

#include "os/lock.h"

namespace ox::storage {

// Zeroed bytes, aligned for anything of the heap; nullptr: no memory. What the process asks for
// first comes without a system call.
void* allocate(size_t bytes);

// Fork: held across it.
os::Lock& lock();

}  // namespace ox::storage
