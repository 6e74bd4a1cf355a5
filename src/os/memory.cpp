#include "os/memory.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "os/process.h"
#include "os/syscall.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

namespace ox::os {
namespace {

// The counters are written by tests alone; relaxed, for no other memory depends on them.
std::atomic<unsigned> fail_from{0}, fail_count{0}, calls{0};

bool injected_failure() {
  const unsigned nth = calls.load(std::memory_order_relaxed) + 1;
  const unsigned from = fail_from.load(std::memory_order_relaxed);
  if (from == 0) return false;
  calls.store(nth, std::memory_order_relaxed);
  return nth >= from && nth - from < fail_count.load(std::memory_order_relaxed);
}

bool failed(long result) {
  return result < 0;
}

// A kernel or a system call filter that does not know the call will not learn it, and a filter may
// log each attempt. relaxed: one more attempt does no harm.
std::atomic<bool> moves_refused{false};

bool means_never(long result) {
  return result == -ENOSYS || result == -EPERM || result == -EINVAL;
}

void* map_with(void* hint, size_t size, int protection, int flags) {
  if (injected_failure()) return nullptr;
  const long result = call(SYS_mmap, hint, size, protection,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return failed(result) ? nullptr : reinterpret_cast<void*>(result);
}

// A block that grew after its pages were moved stands in two mappings, and so on: one that doubles
// again and again, from 256 KiB to gigabytes, in as many as this; the last is the longest.
constexpr size_t kMostPieces = 16;

// Growth where it stands fails in any case, for behind it is more of the region; but first, and
// with a code of its own, where the range is not one mapping.
bool is_one_mapping(char* start, size_t size) {
  const long result = call(SYS_mremap, start, size, size + page_size(), 0);
  if (means_never(result)) moves_refused.store(true, std::memory_order_relaxed);
  if (!failed(result)) unmap(start + size, page_size());
  return result != -EFAULT && !means_never(result);
}

// How much of it is one mapping, from its start on: at least a page.
size_t one_mapping(char* start, size_t size) {
  if (is_one_mapping(start, size)) return size;
  size_t good = page_size();
  while (size - good > page_size()) {
    const size_t middle = good + (size - good) / 2 / page_size() * page_size();
    (is_one_mapping(start, middle) ? good : size) = middle;
  }
  return good;
}

// Not memcpy(): the library uses memmove() elsewhere, and each symbol costs every program's start.
void copy(char* to, const char* from, size_t size) {
  std::memmove(to, from, size);
}

// A place from which the kernel has taken away the pages, if nobody else has it by now.
bool regain(void* start, size_t size) {
  void* pages = map_with(start, size, PROT_READ | PROT_WRITE, 0);
  if (pages && pages != start) unmap(pages, size);
  return pages == start;
}

// The kernel unmaps the place first and looks then whether it can move anything there. What it
// always refuses it refuses before; up to Linux 6.16 a range that is not one mapping afterwards;
// what is left is want of memory or address space.
Move move_mapping(char* from, char* to, size_t size) {
  if (moves_refused.load(std::memory_order_relaxed)) return Move::Refused;
  const long result = injected_failure()
                          ? -ENOMEM
                          : call(SYS_mremap, from, size, size,
                                 MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to);
  if (!failed(result)) return Move::Done;
  if (means_never(result)) {
    moves_refused.store(true, std::memory_order_relaxed);
    return Move::Refused;
  }
  return regain(to, size) ? Move::Refused : Move::Lost;
}

}  // namespace

size_t page_size() {
  static std::atomic<size_t> size{0};  // relaxed: every thread computes the same value
  size_t value = size.load(std::memory_order_relaxed);
  if (value == 0) {
    value = auxiliary_value(AT_PAGESZ);
    if (value == 0) value = 4096;
    size.store(value, std::memory_order_relaxed);
  }
  return value;
}

void* reserve(size_t size) {
  return map_with(nullptr, size, PROT_NONE, 0);
}

void* map(size_t size) {
  return map_with(nullptr, size, PROT_READ | PROT_WRITE, 0);
}

void unmap(void* start, size_t size) {
  call(SYS_munmap, start, size);
}

bool commit(void* start, size_t size) {
  return !injected_failure() && !failed(call(SYS_mprotect, start, size, PROT_READ | PROT_WRITE));
}

bool purge(void* start, size_t size) {
  return !injected_failure() && !failed(call(SYS_madvise, start, size, MADV_DONTNEED));
}

Move move_pages(void* from, void* to, size_t size) {
  if (injected_failure()) return Move::Refused;
  auto* const source = static_cast<char*>(from);
  auto* const target = static_cast<char*>(to);
  size_t done = 0;
  for (size_t pieces = 0; done < size && pieces < kMostPieces; ++pieces) {
    const size_t piece = one_mapping(source + done, size - done);
    const Move moved = move_mapping(source + done, target + done, piece);
    if (moved == Move::Lost) copy(source, target, done);
    if (moved == Move::Lost || (moved == Move::Refused && done == 0)) return moved;
    if (moved == Move::Refused) break;
    done += piece;
  }
  copy(target + done, source + done, size - done);
  return Move::Done;
}

bool renew(void* start, size_t size) {
  return map_with(start, size, PROT_READ | PROT_WRITE, MAP_FIXED) != nullptr;
}

bool close(void* start, size_t size) {
  return map_with(start, size, PROT_NONE, MAP_FIXED) != nullptr;
}

bool exclude_from_dumps(void* start, size_t size) {
  return !failed(call(SYS_madvise, start, size, MADV_DONTDUMP));
}

void advise_huge_pages(void* start, size_t size, bool wanted) {
  call(SYS_madvise, start, size, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

size_t mapped_bytes() {
  const long file = call(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (failed(file)) return 0;
  char text[32] = {};  // its first number is enough
  const long length = call(SYS_read, file, text, sizeof text);
  call(SYS_close, file);
  size_t pages = 0;
  for (long i = 0; i < length && text[i] >= '0' && text[i] <= '9'; ++i)
    pages = pages * 10 + static_cast<size_t>(text[i] - '0');
  return pages * page_size();
}

size_t lockable_bytes() {
  uint64_t limits[2] = {};  // the kernel's struct rlimit64: soft, hard
  const long result = call(SYS_prlimit64, 0, RLIMIT_MEMLOCK, nullptr, limits);
  return failed(result) ? SIZE_MAX : limits[0];
}

bool locks_what_is_mapped(int flags) {
  return (flags & MCL_CURRENT) != 0;
}

void inject_failure(unsigned nth, unsigned count) {
  calls.store(0, std::memory_order_relaxed);
  fail_count.store(count, std::memory_order_relaxed);
  fail_from.store(nth, std::memory_order_relaxed);
}

unsigned calls_made() {
  return calls.load(std::memory_order_relaxed);
}

}  // namespace ox::os
