// Files that the library reads and writes when it was asked to tell about itself: statistics,
// profiles. Never otherwise, for system call filters may forbid it. No allocation, no errno. File
// numbers and lengths below 0 are failures.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::os {

// Tells files apart, whatever number they are open under.
struct FileIdentity {
  uint64_t device = 0, inode = 0;
  bool operator==(const FileIdentity&) const = default;
};
// All 0 if `file` is not open.
FileIdentity identity_of(int file);

int open_to_read(const char* path);
// Empties the file if it is there.
int open_to_write(const char* path);
// The same open file under a number that programs do not use, not inherited by programs started.
int duplicate(int file);
void close(int file);

long read(int file, char* buffer, size_t size);
bool write(int file, const char* bytes, size_t size);

// Gives a file another name, which may be that of a file that goes.
bool rename(const char* from, const char* to);
void remove(const char* path);

// The directory that relative paths start from, NUL-terminated. False if it does not fit.
bool working_directory(char* buffer, size_t size);

}  // namespace ox::os
