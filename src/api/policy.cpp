// Called while the loader may still be at work: raw system calls, no libc state (environ is not set
// yet), no allocation. Four calls, all allowed to fail: openat, pread64 and close of the denylist,
// and readlinkat for the program's path where the list is not empty. A read instead of fstat() and
// mmap(): no page fault, no mapping left, and no SIGBUS from a file that shrinks. A long list is
// read twice; a setuid program asks with fstat() whose the list is.
#include "api/policy.h"

#include <fcntl.h>

#include <cstddef>

#include "base/denylist.h"
#include "base/options.h"
#include "base/process_state.h"
#include "os/process.h"
#include "os/syscall.h"

extern "C" {
// Exported by the runtimes of ASan, TSan, MSan, LSan and HWASan alike: those with an allocator.
[[gnu::weak]] size_t __sanitizer_get_heap_size();
}

namespace ox {
namespace {

#ifndef OX_VERSION
#define OX_VERSION "?"
#endif

// Found by its magic, which it gets at run time: with nothing in .data, the loader copies no page
// of it. used: nothing reads it in here.
[[gnu::used]] ProcessState state;

template <size_t Size>
void copy(const char (&from)[Size], char* to) {
  for (size_t i = 0; i < Size; ++i) to[i] = from[i];
}

// Reads the variables that are ours: see base/options.h.
void read_environment() {
  if (os::is_secure()) return;
  for (const char* const* variable = os::environment(); *variable; ++variable)
    if ((*variable)[0] == 'O' && (*variable)[1] == 'X' && (*variable)[2] == '_')
      options.read(*variable);
}

// What lists of some 250 patterns fit in. A longer one is read once more: a start that needs little
// stack leaves the process a page or two smaller.
constexpr size_t kUsualBytes = 3072;

// The answer of the list in `file`, read into `Bytes` bytes. A frame of its own: its buffers are
// gone when the program runs.
template <size_t Bytes>
[[gnu::noinline]] bool denied_by(long file) {
  // Uninitialised on purpose: only what pread64() and readlinkat() filled is looked at.
  alignas(uint64_t) char list[Bytes];
  const long length = os::call(SYS_pread64, file, list, sizeof list, 0);
  if constexpr (Bytes < denylist::kMostBytes)
    if (length == static_cast<long>(Bytes)) return denied_by<denylist::kMostBytes>(file);
  if (length <= 0 || !denylist::is_valid(list, static_cast<size_t>(length))) return false;
  state.denylist = ListState::Read;
  if (!denylist::has_patterns(list)) return false;
  char path[1024];
  const long path_length = os::call(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof path);
  return path_length > 0 && denylist::denies(list, {path, static_cast<size_t>(path_length)});
}

bool denied() {
  const long file = os::call(SYS_openat, AT_FDCWD, denylist::kFile, O_RDONLY | O_CLOEXEC);
  state.denylist = file == -2 /* ENOENT */ ? ListState::Absent : ListState::Bad;
  if (file < 0) return false;
  const bool trusted = !os::is_secure() || os::is_roots_alone(static_cast<int>(file));
  const bool result = trusted && denied_by<kUsualBytes>(file);
  os::call(SYS_close, file);
  return result;
}

Serving decide(bool malloc_is_ours) {
  if (!malloc_is_ours) return Serving::OwnMalloc;
  if (policy::has_sanitizer()) return Serving::Sanitizer;
  read_environment();
  if (options[Option::Disable]) return Serving::SwitchedOff;
  return denied() ? Serving::Denied : Serving::Active;
}

}  // namespace

namespace policy {

const char* version() {
  return state.version;
}

void tell_heap(uintptr_t start, uintptr_t end) {
  state.heap_start = start;
  state.heap_end = end;
}

bool has_sanitizer() {
  return __sanitizer_get_heap_size != nullptr;
}

bool is_passthrough() {
  return state.serving != Serving::Active && state.serving != Serving::Undecided;
}

bool serves(bool malloc_is_ours) {
  if (state.serving == Serving::Undecided) {
    copy(OX_VERSION, state.version);
    copy(kProcessStateMagic, state.magic);
    state.serving = decide(malloc_is_ours);
  }
  return state.serving == Serving::Active;
}

}  // namespace policy
}  // namespace ox
