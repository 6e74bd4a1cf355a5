// The set of all thread heaps: which are in use, which wait for a thread, and what a fork does to
// them. Heaps are never unmapped, for another thread may hold a heap's address while it posts mail.
#include <new>

#include "heap/hardened.h"
#include "heap/host.h"
#include "heap/idle.h"
#include "heap/orphans.h"
#include "heap/remote.h"
#include "heap/storage.h"
#include "heap/thread_heap.h"
#include "os/arch.h"
#include "span/region.h"
#include "span/span_heap.h"

namespace ox {
namespace {
alignas(16) constexpr char kWithoutMark[16] = {};
}

constinit const Descriptor kNoSlab(const_cast<char*>(kWithoutMark));
constinit const CurrentSlabs kNoHeap(const_cast<Descriptor*>(&kNoSlab));
// With what else the loader writes to it is one page of every process.
static_assert(sizeof kNoHeap <= 3200);
constinit __thread const CurrentSlabs* current_slabs = &kNoHeap;

namespace thread_heaps {
namespace {

// Tag of the late heap: no thread's pointer, so that every free into its slabs is a remote one.
constexpr uintptr_t kLateTag = 2;

os::Lock heaps_lock;
// Under heaps_lock.
constexpr unsigned kBucketBits = 5;
FrontList<ThreadHeap> in_use[1 << kBucketBits];  // by tag
FrontList<ThreadHeap> unused;
ThreadHeap* first_heap = nullptr;

// Relaxed: a thread sees its own.
std::atomic<size_t> heaps_taken{0}, heaps_given_up{0};

os::Lock late;
ThreadHeap* late_one = nullptr;  // under `late`

constinit __thread bool detached = false;

ThreadHeap* new_heap() {
  void* place = storage::allocate(sizeof(ThreadHeap));
  return place ? new (place) ThreadHeap : nullptr;
}

FrontList<ThreadHeap>& in_use_by(uintptr_t tag) {
  return in_use[(tag * 0x9e3779b97f4a7c15) >> (64 - kBucketBits)];
}

// A thread that ended unnoticed: by the bare system call, or with its first request after the last
// time that pthread told us. No two living threads have one tag, so its heap is the new thread's as
// it stands.
ThreadHeap* left_behind(uintptr_t tag) {
  ThreadHeap* heap = in_use_by(tag).first;
  while (heap && heap->tag != tag) heap = heap->next;
  return heap;
}

ThreadHeap* take_heap(uintptr_t tag) {
  os::Guard guard(heaps_lock);
  if (ThreadHeap* heap = left_behind(tag)) return heap;
  ThreadHeap* heap = unused.pop_front();
  if (!heap) heap = new_heap();
  if (!heap) return nullptr;
  if (!first_heap) first_heap = heap;
  heaps_taken.fetch_add(1, std::memory_order_relaxed);
  if (profile::is_on() && !heap->profiled) heap->profiled = profile::make_profiled();
  heap->tag = tag;
  if (heap->lives <= ThreadHeap::kFewLives) ++heap->lives;
  heap->nursery.stop_tending();
  in_use_by(tag).push_front(heap);
  return heap;
}

// It waits for a thread.
void give_up(ThreadHeap* heap) {
  heap->abandon();
  os::Guard guard(heaps_lock);
  in_use_by(heap->tag).remove(heap);
  heaps_given_up.fetch_add(1, std::memory_order_relaxed);
  heap->tag = 0;
  unused.push_front(heap);
  heap->nursery.tend();
}

// A heap whose thread a fork has lost: as new, but for the nursery.
ThreadHeap* renew(ThreadHeap* heap) {
  const Nursery nursery = heap->nursery;
  profile::Profiled* const profiled = heap->profiled;
  new (heap) ThreadHeap;
  heap->profiled = profiled;
  if (profiled) profile::reset(*profiled);
  heap->nursery = nursery;
  heap->nursery.forget_free();
  heap->nursery.tend();
  return heap;
}

void look_for_lost_threads(const Region& region) {
  const size_t slices = region.limit.load(std::memory_order_relaxed) >> kSliceShift;
  for (size_t slice = 1; slice < slices;) {
    Descriptor* span = region.descriptor(slice);
    slice += span->slices ? span->slices : 1;
    if (span->kind != SpanKind::Small && span->kind != SpanKind::Medium) continue;
    idle::after_fork(span);
    const ThreadHeap* home = span->home.load(std::memory_order_relaxed);
    if (!home) continue;
    if (home != current_heap() && home != late_one)
      ThreadHeap::orphan_after_fork(span);
    else
      remote::post_again(span);
  }
}

// Gives back what is free in the slabs of no thread. A thread without a heap has one meanwhile.
void trim_orphans() {
  if (!orphans::any()) return;
  ThreadHeap* const own = current_heap();
  ThreadHeap* const heap = own ? own : take_heap(arch::thread_pointer());
  if (!heap) return;
  heap->trim_orphans();
  if (!own) give_up(heap);
}

}  // namespace

std::atomic<uint32_t> trims_wanted{0};

void trim() {
  trims_wanted.fetch_add(1, std::memory_order_relaxed);  // relaxed: see thread_heap.h
  if (ThreadHeap* heap = current_heap()) heap->trim();
  trim_orphans();
  os::Guard guard(heaps_lock);
  for (ThreadHeap* heap = unused.first; heap; heap = heap->next) {
    heap->nursery.trim();
    heap->nursery.tend();
  }
}

size_t count() {
  const size_t given_up = heaps_given_up.load(std::memory_order_relaxed);
  return heaps_taken.load(std::memory_order_relaxed) - given_up;
}

bool few() {
  return heaps_taken.load(std::memory_order_relaxed) <= 16;
}

bool only_one() {
  return heaps_taken.load(std::memory_order_relaxed) <= 1;
}

ThreadHeap* attach() {
  ThreadHeap* heap = take_heap(arch::thread_pointer());
  if (!heap) return nullptr;
  current_slabs = heap;
  if (heap != first_heap) host::thread_started();
  return heap;
}

void detach() {
  if constexpr (kHardened) hardened::empty_quarantine();
  ThreadHeap* heap = current_heap();
  detached = true;
  if (!heap) return;
  current_slabs = &kNoHeap;
  give_up(heap);
}

void tend(ThreadHeap* heap) {
  os::Guard guard(heaps_lock);
  if (heap->tag == 0) heap->nursery.tend();
}

Figures figures() {
  Figures sum;
  os::Guard guard(heaps_lock);
  for (const FrontList<ThreadHeap>& bucket : in_use)
    for (const ThreadHeap* heap = bucket.first; heap; heap = heap->next) {
      ++sum.heaps;
      sum.remote_frees += heap->remote_frees();
    }
  for (const ThreadHeap* heap = unused.first; heap; heap = heap->next)
    sum.remote_frees += heap->remote_frees();
  return sum;
}

bool is_detached() {
  return detached;
}

ThreadHeap* late_heap() {
  if (!late_one) late_one = take_heap(kLateTag);
  return late_one;
}

os::Lock& late_lock() {
  return late;
}

// Handlers of others may run while the locks are held, and allocate: OwnLocks::all lets them. A
// signal handler that forks in the middle of malloc gets a child that only libc's allocator serves.
void before_fork() {
  if (os::interrupted()) return;
  late.lock();
  orphans::lock().lock();
  heaps_lock.lock();
  storage::lock().lock();
  span_heap::lock().lock();
  profile::lock().lock();
  os::own_locks.all = true;
}

void after_fork_parent() {
  if (!os::own_locks.all) return;
  os::own_locks.all = false;
  profile::lock().unlock();
  span_heap::lock().unlock();
  storage::lock().unlock();
  heaps_lock.unlock();
  orphans::lock().unlock();
  late.unlock();
}

void after_fork_child() {
  if (!os::own_locks.all) return;
  bool lost = remote::UnderWay::was_anyone();
  for (FrontList<ThreadHeap>& bucket : in_use)
    for (ThreadHeap* heap = bucket.first; heap;) {
      ThreadHeap* next = heap->next;
      if (heap != current_heap() && heap != late_one) {
        bucket.remove(heap);
        heaps_given_up.fetch_add(1, std::memory_order_relaxed);
        unused.push_front(renew(heap));
        lost = true;
      }
      heap = next;
    }
  if (lost) {
    for (ThreadHeap* heap : {current_heap(), late_one})
      if (heap) heap->mailbox.store(nullptr, std::memory_order_relaxed);
    for (size_t i = 0; i < region::count(); ++i) look_for_lost_threads(region::at(i));
  }
  for (os::Lock* lock : {&profile::lock(), &span_heap::lock(), &storage::lock(), &heaps_lock,
                         &orphans::lock(), &late})
    lock->reset();
  os::own_locks.all = false;
}

}  // namespace thread_heaps
}  // namespace ox
