// Address space and pages: the sole place that maps, protects, moves and purges memory.
// All addresses and sizes are multiples of the OS page unless said otherwise. No function touches
// errno. Each may fail; the state is then as before.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::os {

// The kernel's page size in bytes (4, 16 or 64 KiB), asked once at start.
size_t page_size();

// Reserves address space without access rights. Costs no memory. nullptr on failure.
void* reserve(size_t size);
// Maps fresh, zeroed, private memory. nullptr on failure.
void* map(size_t size);
void unmap(void* start, size_t size);

// Makes reserved memory readable and writable. It reads as zero until written.
bool commit(void* start, size_t size);

// Gives the pages back to the kernel. True: they read as zero from now on. False (locked memory,
// a strict system call filter): they keep their content and go on using memory.
bool purge(void* start, size_t size);

enum class Move : uint8_t {
  Done,
  Refused,  // nothing moved; `to` may be written to, its content may be lost
  Lost,     // nothing moved; the kernel has unmapped `to`, and the place may be somebody else's
};

// Moves the pages of [from, from+size) to `to`, whose own content is lost; `from` stays mapped and
// reads as zero. Needs Linux 5.7. Pages that were moved stand in a mapping of their own; what lies
// behind the first sixteen mappings of a range is copied.
Move move_pages(void* from, void* to, size_t size);

// Replaces [start, start+size) by fresh zeroed pages, undoing the splits that move_pages leaves
// in the process's list of mappings.
bool renew(void* start, size_t size);

// Makes pages inaccessible and gives their memory back.
bool close(void* start, size_t size);

// Start-up only, allowed to fail: core dumps and debuggers leave these pages out. commit() keeps it
// so, renew() ends it.
bool exclude_from_dumps(void* start, size_t size);

// Whether these pages shall be huge where they can be; allowed to fail.
void advise_huge_pages(void* start, size_t size, bool wanted);

// Address space of the process, reserved or not, as the kernel counts it; 0 if it cannot be read.
size_t mapped_bytes();
// RLIMIT_MEMLOCK; SIZE_MAX: no limit.
size_t lockable_bytes();
// Whether mlockall() with these flags concerns what is mapped already.
bool locks_what_is_mapped(int flags);

// Injected failure for tests: the nth call from now (1 = the next) and all `count - 1` after it
// fail as the kernel would make them fail. 0 disables.
void inject_failure(unsigned nth, unsigned count);
// Calls made so far that inject_failure could have hit.
unsigned calls_made();

}  // namespace ox::os
