// What the process is: auxiliary vector, environment, identity. Start-up and error paths only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::os {

// Two of the vectors that the kernel leaves on the stack of a new program: behind the argument
// count stand the arguments, nullptr, the environment, nullptr, the auxiliary vector, and above all
// of them the texts that they point to.
struct StartVectors {
  const char* const* environment;
  const unsigned long* auxiliary;
};

// Those behind the word at `count`; nullptrs if that is no argument count with vectors behind it.
StartVectors start_vectors(const unsigned long* count);

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
