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
const unsigned long kNoValues[] = {AT_NULL};

// A loader that was run as a command takes its own words off the stack before the program starts;
// up to glibc 2.35 __libc_stack_end then stands below the argument count, on words that are in use
// for other things. (With LD_PRELOAD or a preload file there are none to take off.)
constexpr int kMostWordsOfTheLoaders = 32;
constexpr unsigned long kMostTypes = 256;  // of auxiliary values; the highest is 51

StartVectors find_start_vectors() {
  if (&__libc_stack_end && __libc_stack_end)
    for (int skipped = 0; skipped <= kMostWordsOfTheLoaders; ++skipped)
      if (const auto found = start_vectors(__libc_stack_end + skipped); found.environment)
        return found;
  return {kNoVariables, kNoValues};
}

const StartVectors& vectors() {
  static StartVectors kept;
  if (!kept.environment) kept = find_start_vectors();
  return kept;
}

}  // namespace

StartVectors start_vectors(const unsigned long* count) {
  const unsigned long first_text = count[1] ? count[1] : count[2];  // argv[0]; or without any, the
  const auto here = reinterpret_cast<unsigned long>(count);         // environment's
  if (first_text <= here || count[0] >= (first_text - here) / sizeof(long)) return {};
  const auto* end = count + (first_text - here) / sizeof(long);
  const auto* word = count + 1 + count[0];
  if (*word++) return {};
  const auto* environment = reinterpret_cast<const char* const*>(word);
  while (word < end && *word) ++word;
  const auto* auxiliary = ++word;
  for (; word + 1 < end && *word != AT_NULL && *word < kMostTypes; word += 2)
    if (*word == AT_PAGESZ) return {environment, auxiliary};
  return {};
}

const char* const* environment() {
  return vectors().environment;
}

unsigned long auxiliary_value(unsigned long type) {
  for (const auto* entry = vectors().auxiliary; entry[0] != AT_NULL; entry += 2)
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
  static const char* bytes;
  if (!bytes) bytes = reinterpret_cast<const char*>(auxiliary_value(AT_RANDOM));
  if (bytes) std::memcpy(seed, bytes, sizeof seed);
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
