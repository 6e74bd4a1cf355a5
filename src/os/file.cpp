#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "os/syscall.h"

namespace ox::os {
namespace {
constexpr int kLeastDuplicate = 200;
}

FileIdentity identity_of(int file) {
  struct stat status {};  // the kernel's own layout on 64-bit systems
  if (call(SYS_fstat, file, &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

int open_to_read(const char* path) {
  return static_cast<int>(call(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
}

int open_to_write(const char* path) {
  return static_cast<int>(
      call(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
}

int duplicate(int file) {
  return static_cast<int>(call(SYS_fcntl, file, F_DUPFD_CLOEXEC, kLeastDuplicate));
}

void close(int file) {
  call(SYS_close, file);
}

long read(int file, char* buffer, size_t size) {
  long length;
  do length = call(SYS_read, file, buffer, size);
  while (length == -EINTR);
  return length;
}

bool write(int file, const char* bytes, size_t size) {
  while (size > 0) {
    const long length = call(SYS_write, file, bytes, size);
    if (length == -EINTR) continue;
    if (length <= 0) return false;
    bytes += length;
    size -= static_cast<size_t>(length);
  }
  return true;
}

bool rename(const char* from, const char* to) {
  return call(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0) == 0;
}

void remove(const char* path) {
  call(SYS_unlinkat, AT_FDCWD, path, 0);
}

bool working_directory(char* buffer, size_t size) {
  return call(SYS_getcwd, buffer, size) > 0;
}

}  // namespace ox::os
