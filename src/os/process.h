// What the process is: auxiliary vector, environment, identity. Start-up and error paths only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::os {

// The environment that the program was started with, before libc knows of it. Ends with nullptr.
const char* const* environment();

// A value of the kernel's auxiliary vector (AT_*), or 0.
unsigned long auxiliary_value(unsigned long type);

// True in a set-user-ID program or one with file capabilities: the environment is not to be
// trusted.
bool is_secure();

// The open file is root's, and nobody else may write to it.
bool is_roots_alone(int file);

// An unpredictable number, a fresh one for each `purpose`. From the kernel's AT_RANDOM.
uint64_t random_word(uint64_t purpose);

int process_id();

// The executable's path, NUL-terminated, "?" if unknown. `size` > 1.
void executable_path(char* buffer, size_t size);

}  // namespace ox::os
