// A thread's heap: the slabs it owns and, for each size class, the one it allocates from.
//
// The first few blocks of a class come from the heap's nursery, see nursery.h.
//
// A thread starts with the constant kNoHeap, whose slabs have no block: its first allocation
// misses into the slow path, which gives it a heap of its own. Fast paths therefore never ask
// whether anything is initialised.
//
// Every slab of a heap is in exactly one place:
//   Current   slots / medium_slots; at most one per class. A class may take from its neighbour's:
//             heap/shared_slabs.cpp
//   Partial   partial[class], oldest first, so that frees gather before a slab is used again; some
//             are empty and kept for the next request, some have just run out
//   Full      full: no block came back for a round of that list; it goes back to Partial when
//             enough of its blocks are free again (small: `used` says so, see
//             small::expect_blocks) or at the next free (medium: its owner word is made odd, so
//             that this takes the slow path)
//   Dormant   dormant: mixed slabs (heap/mixed.h) with no block to hand out, until one is made to
//             serve a class again
// Only the owner thread touches these; other threads reach a heap through its mailbox alone. While
// a heap waits for a thread it is under the lock of thread_heaps, and so is the nursery it waits
// with.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "base/policy.h"
#include "base/size_class.h"
#include "heap/nursery.h"
#include "heap/profile.h"
#include "heap/quarantine.h"
#include "os/lock.h"
#include "span/descriptor.h"
#include "span/span_heap.h"

namespace ox {

// A slab without blocks, in the place of a slab that is not there.
[[gnu::visibility("hidden")]] extern const Descriptor kNoSlab;
inline Descriptor* no_slab() {
  return const_cast<Descriptor*>(&kNoSlab);
}

// What the fast paths read: the slab of each class to allocate from.
struct CurrentSlabs {
  std::array<Descriptor*, kMaxSmall / 16 + 1> slots{};     // by (size + 15) / 16
  std::array<Descriptor*, kMediumClasses> medium_slots{};  // by medium index
  std::array<uint8_t, kMediumSteps> medium_map{};          // by (size + kMediumStep - 1) / it

  // `none` for each request. The loader has to write to every place that is filled here, at each
  // program's start: all medium requests lead to the first.
  constexpr explicit CurrentSlabs(Descriptor* none) {
    slots.fill(none);
    medium_slots[0] = none;
  }

 protected:
  // `none` for each class.
  CurrentSlabs(const CurrentSlabs& other, Descriptor* none)
      : slots(other.slots), medium_map(kMediumMap) {
    medium_slots.fill(none);
  }
};

class ThreadHeap : public CurrentSlabs {
 public:
  // With the slabs of kNoHeap, by copying: less work at a program's start.
  ThreadHeap();

  uint8_t next_checked = 0;  // the class whose slabs heap/check.h looks at next
  uint8_t lives = 0;         // threads that have had it, as far as it matters
  uintptr_t tag = 0;  // the owner word of its slabs: the thread pointer; 0: waits for a thread
  std::array<DescriptorList, kClasses> partial{};
  DescriptorList full{}, dormant{};
  // Full slabs into which other threads freed, linked by mail_next.
  std::atomic<Descriptor*> mailbox{nullptr};
  // Slices of the medium slabs owned, modulo 4 GiB: see medium::slices_for().
  std::array<uint16_t, kMediumClasses> medium_slices{};
  Nursery nursery;
  // Hardened: freed blocks, small and medium ones, that wait to be used again.
  [[no_unique_address]] PolicyMember<Quarantine<128>, 0> small_quarantine;
  [[no_unique_address]] PolicyMember<Quarantine<16>, 1> medium_quarantine;
  // With a heap profile: has the current slabs, in the place of the empty slots above.
  profile::Profiled* profiled = nullptr;
  ThreadHeap* next = nullptr;  // in the list of unused heaps, or of all heaps in use
  ThreadHeap* prev = nullptr;

  // Serves a request that the fast path could not. nullptr: out of memory.
  void* refill(SizeClass cls) {
    Descriptor* slab = serving(cls);
    const bool is_first = Nursery::kServes && slab == no_slab() && is_small(cls);
    return is_first ? refill_from_nursery(cls) : refill_from_slabs(cls, slab);
  }

  // Frees a block into one of this heap's slabs, wherever it stands. Reports misuse.
  void free_checked(Descriptor* slab, void* block, const void* caller);
  // After small::push() asked for it: the slab became empty, or the block was none.
  void on_small_event(Descriptor* slab, const void* caller);
  // After medium::push() said so: the slab became empty.
  void on_medium_all_free(Descriptor* slab);

  // Releases the empty slabs it keeps, all or until so many bytes may be kept. True if there were
  // any.
  bool release_kept(size_t wanted = 0);
  // The same, and what is free in its nursery: there is no other memory.
  bool release_free();
  // Gives back the pages of its slabs in which no block is in use; most: not in medium slabs of
  // which few blocks are free, or few more than the last time, nor where malloc takes from soon,
  // nor a few pages by themselves.
  enum class Pages { All, Most, OfSlabsHalfFree };
  void give_back_pages(Pages which = Pages::All);
  // The same in the slabs of no thread.
  void trim_orphans();
  // Gives back all that is free: see thread_heaps::trim().
  void trim();

  // Makes an orphan slab one of this heap's, as Partial or Full.
  void adopt(Descriptor* slab);

  // Takes in the slabs that other threads sent back.
  void read_mail();

  // Gives every slab away: the empty ones to the span heap (the hardened build keeps some as
  // orphans), the others to the orphans.
  void abandon();

  // The child of a fork: the thread is gone, perhaps in the middle of anything. Its slabs become
  // orphans by what their descriptors say; its lists are forgotten. Under the orphans' lock.
  static void orphan_after_fork(Descriptor* slab);

  // Blocks that other threads freed and this heap took in. Any thread.
  size_t remote_frees() const { return remote_frees_ + nursery.remote_frees(); }

  // The slab that malloc takes the class's blocks from, which may be one of its larger neighbour:
  // see heap/shared_slabs.cpp.
  Descriptor* serving(SizeClass cls) const {
    if (profiled) return profiled->current[index_of(cls)];
    return is_small(cls) ? slots[block_size(cls) / 16] : medium_slots[medium_index(cls)];
  }
  // The class's own current slab.
  Descriptor* current(SizeClass cls) const {
    Descriptor* slab = serving(cls);
    return is_small(cls) || slab->size_class == cls ? slab : no_slab();
  }

  // Of a slab's blocks, the share that are few.
  static constexpr size_t kFewFreeShare = 4;
  // So many threads may be all that the program starts.
  static constexpr uint8_t kFewLives = 2;

 private:
  // A value that Descriptor::looked_at has for no slab.
  static constexpr uint64_t kNotLookedAt = ~uint64_t{0};
  static constexpr unsigned kFewestRefusals = 64;
  unsigned refused_ =
      0;  // empty slabs that could not be kept since the last look at those that are
  unsigned refusals_until_look_ = kFewestRefusals;
  Relaxed<size_t> remote_frees_;
  uint16_t few_brought_ = 0;  // see brings_too_few()
  uint32_t walked_ = 0;       // blocks in lists that were walked for free pages, modulo 2^32
  uint8_t later_ = 0;         // by so many powers of two comes the next look_at_woken()
  uint8_t well_done_ = 0;     // looks in a row that nothing was to be regretted of
  uint32_t trims_done_ = 0;
  Mixed* maps_ = nullptr;             // of slabs that were mixed ones, for the next
  bool may_have_kept_ = false;        // whether a slab in `partial` may be kept
  uint8_t misses_ = 0, to_skip_ = 0;  // reuse() calls in a row that found none; and not to look at
  SizeClass missed_{};                // the class of the last of these
  size_t next_look_ =
      size_t{512} << 10;  // bytes in use by the process at the next look_for_pages()

  // Slices of slabs that got free blocks since the last look, and were not used again.
  uint32_t woken_ = 0;
  // Slices of slabs whose pages went back in vain, twice, less those whose pages went back: since
  // the last look.
  int32_t regret_ = 0;

  Descriptor* reuse(SizeClass cls);
  Descriptor* take_host(SizeClass cls);
  Descriptor* take_host_of(DescriptorList& list, SizeClass cls);
  Descriptor* take_orphaned_host(SizeClass cls);
  Descriptor* settle(Descriptor* host, SizeClass cls);
  bool mix(Descriptor* slab);
  void take_map(Descriptor* slab);
  void add_dormant(Descriptor* slab);
  void free_mixed(Descriptor* slab, char* block, const void* caller);
  void on_mixed_free(Descriptor* slab);
  void give_back_pages_of_mixed(Pages which);
  void empty_mixed(Descriptor* slab);
  bool give_back_pages_of(Descriptor* slab, Pages which, size_t worth);
  bool release_if_empty(Descriptor* slab);
  void give_back_pages_of_current(Descriptor* slab, Pages which, size_t worth);
  bool look_at_orphan(SizeClass cls, Pages which);
  void look_at_some_orphans();
  void look_for_pages();
  void look_at_woken();
  void set_pace();
  void note_woken(const Descriptor* slab) { woken_ += slab->slices; }
  void not_woken(const Descriptor* slab) {
    woken_ -= woken_ < slab->slices ? woken_ : slab->slices;
  }
  // relaxed: a first look.
  bool has_mail() const { return mailbox.load(std::memory_order_relaxed) != nullptr; }
  bool wants_trim() const;
  void set_current(SizeClass cls, Descriptor* slab);
  void make_current(SizeClass cls, Descriptor* slab);
  // Neighbouring medium classes: heap/shared_slabs.cpp. Not in the hardened build, where slabs lie
  // between guards by class.
  static constexpr bool kSharesSlabs = !kHardened;
  bool shares_slabs(SizeClass smaller) const;
  void set_shared(SizeClass smaller, Descriptor* slab);
  void* serve_from(SizeClass cls, Descriptor* slab);
  // Pages of a medium slab may have gone back, and that was no use: it is used again, or became
  // empty.
  void note_in_vain(Descriptor* slab) {
    if (slab->carved != 0) regret_ += static_cast<int32_t>(2 * slab->slices);
    slab->carved = 0;
  }
  void* refill_from_nursery(SizeClass cls);  // the short way to a class's first blocks
  void* refill_from_slabs(SizeClass cls, Descriptor* slab);
  void* turn(Descriptor* slab, SizeClass cls);
  [[gnu::noinline]] void* refill_slow(SizeClass cls, SizeClass wanted);
  void* refill_medium(SizeClass cls);
  void retire(Descriptor* slab);
  void put_aside(Descriptor* slab);
  void wait_as_partial(Descriptor* current);
  void make_full(Descriptor* slab);
  void leave_full(Descriptor* slab);
  bool wake_full(SizeClass cls);
  Taken take_remote(Descriptor* slab);
  bool collect(Descriptor* slab);
  bool brings_too_few(const Descriptor* slab);
  Descriptor* find_slab(SizeClass cls);
  Descriptor* allocate_span(SizeClass cls, span_heap::Holds& holds) const;
  Descriptor* new_slab(SizeClass cls);
  void make_partial(Descriptor* slab);
  void take_back(Descriptor* slab);
  void take_over(Descriptor* slab);
  void stop_keeping_used();
  bool release_empty_orphan();
  void keep_or_release(Descriptor* slab);
  void keep_partial(Descriptor* slab);
  void note_refused(const Descriptor* slab);
  void keep_current_or_release(Descriptor* slab);
  void release(Descriptor* slab);
  void release(Descriptor* slab, size_t touched);
  void give_away(Descriptor* slab);
  bool is_outgrown(const Descriptor* slab) const;
  size_t wanted_slices(SizeClass cls, size_t less) const;
  bool may_keep(const Descriptor* slab) const;
  enum class Change { Taken, GivenAway };
  void count_medium(const Descriptor* slab, Change change);
  bool stop_mail(Descriptor* slab);
  bool stop_waiting(Descriptor* slab);
  void free_small_checked(Descriptor* slab, char* block, const void* caller);
  void free_medium_checked(Descriptor* slab, void* block, const void* caller);
};

// In the place of a heap that is not there.
[[gnu::visibility("hidden")]] extern const CurrentSlabs kNoHeap;

// The calling thread's heap, kNoHeap before its first allocation and after its end.
extern constinit __thread const CurrentSlabs* current_slabs
    __attribute__((tls_model("initial-exec"), visibility("hidden")));
// nullptr: it has none.
inline ThreadHeap* current_heap() {
  const CurrentSlabs* slabs = current_slabs;
  return slabs == &kNoHeap ? nullptr : static_cast<ThreadHeap*>(const_cast<CurrentSlabs*>(slabs));
}

namespace thread_heaps {

// Gives the calling thread a heap. nullptr: no memory.
ThreadHeap* attach();
// Takes it back. The thread allocates through late_heap() from now on.
void detach();
// If the heap waits for a thread, for which this takes the lock: gives back what others have freed
// of its nursery.
void tend(ThreadHeap* heap);
// Heaps in use, and what all heaps took in of other threads' frees.
struct Figures {
  size_t heaps = 0, remote_frees = 0;
};
Figures figures();
// Whether the calling thread has been through detach().
bool is_detached();
// Heaps in use.
size_t count();
// Whether no second thread has had a heap so far.
bool only_one();
// Whether few threads have had a heap so far: a program that starts threads again and again is not
// one that has to be small.
bool few();
// Has the calling thread's heap, those that wait and the slabs of no thread give back what is free
// in them at once, and every other thread's heap when that thread takes the slow path next. Dirty
// spans are the caller's to purge.
void trim();
// How often that was asked for, modulo 2^32. relaxed: a heap that does not see it yet sees it
// later.
extern std::atomic<uint32_t> trims_wanted;

// Heap of all threads that allocate after their end; under late_lock().
ThreadHeap* late_heap();
os::Lock& late_lock();

// Fork: the locks of heaps and orphans, in order; in the child, heaps of threads that are gone
// become orphans' homes no more.
void before_fork();
void after_fork_parent();
void after_fork_child();

}  // namespace thread_heaps
}  // namespace ox
