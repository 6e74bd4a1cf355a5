#include "os/process.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>

#include "os/syscall.h"

// Where the kernel put argc, argv, the environment and the auxiliary vector. Exported by the
// loader, never interposed.
extern "C" [[gnu::weak]] const unsigned long* __libc_stack_end;

namespace ox::os {

namespace {
const char* const kNoVariables[] = {nullptr};
}

const char* const* environment() {
  if (!&__libc_stack_end || !__libc_stack_end) return kNoVariables;
  const unsigned long argument_count = __libc_stack_end[0];
  return reinterpret_cast<const char* const*>(__libc_stack_end + 1 + argument_count + 1);
}

unsigned long auxiliary_value(unsigned long type) {
  const char* const* variable = environment();
  if (variable == kNoVariables) return 0;
  while (*variable) ++variable;
  const auto* entry = reinterpret_cast<const unsigned long*>(variable + 1);
  for (; entry[0] != AT_NULL; entry += 2)
    if (entry[0] == type) return entry[1];
  return 0;
}

bool is_secure() {
  return auxiliary_value(AT_SECURE) != 0;
}

bool is_roots_alone(int file) {
  struct stat status {};  // the kernel's own layout on 64-bit systems
  return call(SYS_fstat, file, &status) == 0 && status.st_uid == 0 &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

uint64_t random_word(uint64_t purpose) {
  uint64_t seed[2] = {0x9e3779b97f4a7c15, 0xd1b54a32d192ed03};
  if (const auto* bytes = reinterpret_cast<const char*>(auxiliary_value(AT_RANDOM)))
    std::memcpy(seed, bytes, sizeof seed);
  // AT_RANDOM also feeds libc's own canaries: mix, so that one secret does not reveal another.
  uint64_t word = seed[0] ^ (purpose * 0xbf58476d1ce4e5b9);
  for (int round = 0; round < 3; ++round) {
    word ^= word >> 31;
    word *= 0x94d049bb133111eb;
    word ^= (word >> 29) + seed[1];
  }
  return word;
}

int process_id() {
  return static_cast<int>(call(SYS_getpid));
}

void executable_path(char* buffer, size_t size) {
  const long length = call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", buffer, size - 1);
  if (length <= 0) {
    std::memcpy(buffer, "?", 2);
    return;
  }
  buffer[length] = '\0';
}

}  // namespace ox::os
