// The heap's slow paths: first allocation of the process and of a thread, frees that are not into
// the thread's own slabs, and the calls that are rare or do more work than the call itself costs.
// realloc() is in reallocate.cpp.
#include <cstring>

#include "base/secret.h"
#include "heap/check.h"
#include "heap/empty_blocks.h"
#include "heap/heap.h"
#include "heap/host.h"
#include "heap/large.h"
#include "heap/orphans.h"
#include "heap/profile.h"
#include "heap/remote.h"
#include "heap/slow.h"
#include "os/process.h"
#include "os/report.h"
#include "span/span_heap.h"

namespace ox::heap {
namespace {

constexpr uint64_t kSecretPurpose = 0x5ec2e7;

enum class Start : uint8_t { Pending, Active, Passthrough };

os::Lock start_lock;
std::atomic<Start> started{Start::Pending};

// The thread that is at start_process(), 0 if none. Relaxed: it recognises only what it wrote
// itself.
std::atomic<uintptr_t> starter{0};

// Decides the process's mode at its first request. The mode is choose_mode()'s answer, once;
// requests that it causes itself, as a malloc that wraps ours may do, find the mode pending.
Start start_process() {
  const uintptr_t self = arch::thread_pointer();
  if (starter.load(std::memory_order_relaxed) == self) return Start::Pending;
  os::Guard guard(start_lock);
  // relaxed: under the lock.
  if (started.load(std::memory_order_relaxed) == Start::Pending) {
    starter.store(self, std::memory_order_relaxed);
    secret = os::random_word(kSecretPurpose);
    const bool active = host::choose_mode() == host::Mode::Active;
    starter.store(0, std::memory_order_relaxed);
    // release: pairs with the acquire in is_active().
    started.store(active ? Start::Active : Start::Passthrough, std::memory_order_release);
  }
  return started.load(std::memory_order_relaxed);
}

// For a thread whose end was announced already, and one for which no heap could be had.
void* allocate_late(size_t size) {
  os::Guard guard(thread_heaps::late_lock());
  ThreadHeap* heap = thread_heaps::late_heap();
  if (!heap) return nullptr;
  const SizeClass cls = size_class_of(size);
  Descriptor* slab = heap->serving(cls);
  void* block = is_small(cls) ? small::pop(slab) : medium::pop(slab);
  return block ? block : heap->refill(cls);
}

// The calling thread's own heap, whose fast path had no block.
void* allocate_from(ThreadHeap* heap, size_t size) {
  return heap->profiled ? profile::allocate(size) : heap->refill(size_class_of(size));
}

ThreadHeap* own_heap() {
  if (ThreadHeap* heap = current_heap()) return heap;
  return thread_heaps::is_detached() ? nullptr : thread_heaps::attach();
}

// Large requests, and those of a thread without a heap: its first, and those after its end.
[[gnu::noinline]] void* allocate_rare(size_t size) {
  if (too_large(size)) return nullptr;
  if (!is_active()) return host::allocate(size);
  if (size == 0) {
    void* block = empty_blocks::allocate();
    return block ? block : allocate(1);
  }
  bool zeroed;
  if (size > kMaxMedium) return allocate_large(size, kSliceSize, zeroed);
  ThreadHeap* heap = own_heap();
  return heap ? allocate_from(heap, size) : allocate_late(size);
}

// Not for Large and Free spans.
void free_into_slab(Descriptor* slab, void* block, const void* caller) {
  // acquire: pairs with the release in orphans.cpp.
  const ThreadHeap* home = slab->home.load(std::memory_order_acquire);
  if (home && home == current_heap()) return current_heap()->free_checked(slab, block, caller);
  ThreadHeap* heap = home ? nullptr : own_heap();
  if (!heap || !orphans::claim(slab, heap)) return remote::push(slab, block, caller);
  // An orphan: it is ours from now on, the block in use as before. Then free it as such.
  heap->adopt(slab);
  release(block);
}

inline void free_into_nursery(Descriptor* span, void* block, const void* caller) {
  const ThreadHeap* home = span->home.load(std::memory_order_acquire);  // as above
  if (home && home == current_heap())
    current_heap()->nursery.release(span, block, caller);
  else
    remote::push(span, block, caller);
}

// A free of an address at which no block is in use, in a span of no slab.
void report_no_block(Descriptor* slice, const void* block, const void* caller) {
  const Descriptor* leader = region::leader_by_walk(slice);
  const bool plausible = reinterpret_cast<uintptr_t>(block) % kMinAlignment == 0;
  const bool is_free =
      leader && (leader->kind == SpanKind::Free || leader->kind == SpanKind::Resting ||
                 leader->kind == SpanKind::Light);
  if (is_free && plausible)
    return report::double_free(block, slice->was_slab ? slice->block_bytes() : leader->size(),
                               caller);
  report::invalid_pointer("free", block, caller);
}

}  // namespace

void* allocate_large(size_t size, size_t alignment, bool& zeroed) {
  void* block = large::allocate(size, alignment, zeroed);
  if (!block && current_heap() && current_heap()->release_free())
    block = large::allocate(size, alignment, zeroed);
  if (block && profile::is_on())
    profile::note_large(region::find(reinterpret_cast<uintptr_t>(block)), size);
  return block;
}

// A signal handler's request, in the middle of what it interrupted. libc's allocator serves it, and
// what it frees is left alone: no structure here may be touched, no lock waited for.
bool in_the_middle() {
  if (__builtin_expect(!os::interrupted(), 1)) return false;
  report::interrupted();
  return true;
}

bool is_active() {
  Start state = started.load(std::memory_order_acquire);
  if (__builtin_expect(state == Start::Pending, 0)) state = start_process();
  return state == Start::Active && !in_the_middle();
}

void* allocate_slow(size_t size) {
  ThreadHeap* heap = current_heap();
  if (size - 1 < kMaxMedium && heap && !os::interrupted()) return allocate_from(heap, size);
  return allocate_rare(size);
}

// Nobody else has blocks in what this heap has reserved.
bool is_wild(const char* call, const void* pointer, const void* caller) {
  if (!region::reserves(reinterpret_cast<uintptr_t>(pointer))) return false;
  report::invalid_pointer(call, pointer, caller);
  return true;
}

void free_foreign(void* block, const void* caller) {
  if (!block) return;
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(block));
  if (!slice) {
    if (!is_wild("free", block, caller)) host::release(block);
    return;
  }
  // A block of a further region: what the fast path does, from the slow path's functions.
  free_rest(slice, block, caller);
}

void free_rest(Descriptor* slice, void* block, const void* caller) {
  if (in_the_middle()) return;
  Descriptor* span = span_of(slice);
  switch (span->kind) {
    case SpanKind::Small:
    case SpanKind::Medium:
      return free_into_slab(span, block, caller);
    case SpanKind::Nursery:
      return free_into_nursery(span, block, caller);
    case SpanKind::Large:
      if (span->start == block) return large::release(span);
      break;
    case SpanKind::Empty:
      if (empty_blocks::release(block)) return;
      if (reinterpret_cast<uintptr_t>(block) % kMinAlignment == 0)
        return report::double_free(block, 0, caller);
      break;
    case SpanKind::None:
    case SpanKind::Free:
    case SpanKind::Light:
    case SpanKind::Guard:
    case SpanKind::Resting:
      break;
  }
  report_no_block(span, block, caller);
}

void free_slow(Descriptor* slice, void* block, const void* caller) {
  if (slice->kind == SpanKind::Medium) {
    slice = slice->region->leader_of(slice);
    if (remote::push_plain_medium(slice, static_cast<char*>(block))) return;
  }
  // As free_rest() does, in short: most processes end before they free much elsewhere.
  if (slice->kind == SpanKind::Nursery && !os::interrupted())
    return free_into_nursery(slice, block, caller);
  free_rest(slice, block, caller);
}

void free_again(Descriptor* slab, void* block, const void* caller, remote::Pushed pushed) {
  auto* const bytes = static_cast<char*>(block);
  while (pushed == remote::Pushed::First || pushed == remote::Pushed::Again)
    pushed = pushed == remote::Pushed::First ? remote::push_first(slab, bytes)
                                             : remote::push_plain_small(slab, bytes);
  if (pushed == remote::Pushed::No) free_slow(slab, block, caller);
}

void free_checked(Descriptor* slab, void* block, const void* caller) {
  if (in_the_middle()) return;
  // Without a heap it has come by that of a thread that ended unseen, by its address, and takes it.
  if (ThreadHeap* heap = own_heap()) heap->free_checked(slab, block, caller);
}

void on_small_event(Descriptor* slab, const void* caller) {
  if (in_the_middle()) return;
  if (ThreadHeap* heap = own_heap()) heap->on_small_event(slab, caller);  // as above
}

void* allocate_zeroed(size_t size) {
  if (size > kMaxMedium) {
    if (too_large(size)) return nullptr;
    if (!is_active()) return host::allocate_zeroed(size);
    bool zeroed;
    void* block = allocate_large(size, kSliceSize, zeroed);
    return block && !zeroed ? std::memset(block, 0, size) : block;
  }
  void* block = allocate(size);
  return block ? std::memset(block, 0, size) : nullptr;
}

void* allocate_aligned(size_t alignment, size_t size) {
  if (too_large(size) || too_large(alignment)) return nullptr;
  if (alignment <= kMinAlignment) return allocate(size);
  const bool ready = current_heap() && !os::interrupted();
  if (__builtin_expect(!ready, 0) && !is_active()) return host::allocate_aligned(alignment, size);
  const size_t index = aligned_class(alignment, size);
  if (index != kNoClass) return allocate(kBlockSizes[index]);
  bool zeroed;
  return allocate_large(size, alignment, zeroed);
}

void check_all() {
  if (!options[Option::Check] || in_the_middle() || !current_heap()) return;
  check::some(*current_heap(), SIZE_MAX);
}

bool trim() {
  if (in_the_middle()) return false;
  thread_heaps::trim();
  return span_heap::purge_all();
}

}  // namespace ox::heap
