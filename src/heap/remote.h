// Remote frees: blocks given back by a thread that does not own their slab.
//
// A remote free is one compare-and-swap on the slab's own `remote`: for small slabs a list in the
// format of heap/small.h, for medium ones a bit per block. The owner takes all of it with one
// exchange when it runs out of blocks there.
//
// A Full slab is one that its owner will not look at again by itself. So the owner sets `mail` to
// Wanted when it makes a slab Full; the remote free after which it is worth a look (is_worth_mail)
// turns Wanted into Sent and posts the slab to the owner's mailbox, which the owner empties in its
// slow path. Either side may act first: the owner sets Wanted and then looks at `remote`, the
// freeing thread changes `remote` and then looks at `mail`, all sequentially consistent, so that at
// least one of them sees the other.
//
// A slab stays with its owner while `mail` is Sent: `home` may be followed then, and only then.
#pragma once

#include <atomic>

#include "heap/medium.h"
#include "heap/small.h"
#include "os/lock.h"
#include "span/descriptor.h"

namespace ox::remote {

// Frees `block` of a slab that belongs to another thread, or to none. Reports misuse.
void push(Descriptor* slab, void* block, const void* caller);

// Whether a Full slab whose `remote` is `word` has enough free blocks to become Partial.
bool is_worth_mail(const Descriptor* slab, uint64_t word);

// push() and send(), to the end: others wait for what they leave half done, a slab that is busy, or
// mail without a place in the mailbox. A fork's child must look for both if a thread was under way,
// which may have no heap that is missed. Relaxed: the child has what was written before the fork.
class UnderWay {
 public:
  UnderWay() { count.fetch_add(1, std::memory_order_relaxed); }
  ~UnderWay() { count.fetch_sub(1, std::memory_order_relaxed); }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

  // Asked once in the child.
  static bool was_anyone() { return count.exchange(0, std::memory_order_relaxed) != 0; }

 private:
  static std::atomic<unsigned> count;
  const os::Section section_;
};
// In the child, for a slab of a heap that goes on: its mailbox was emptied.
void post_again(Descriptor* slab);

// Posts a slab whose `mail` was Wanted to its owner, unless another thread did.
void send(Descriptor* slab);

// The word of the first block in `remote`, of which none is in the list. As the slab's own word
// does, it counts the blocks that are not in its list; at 0 the slab is idle, see heap/idle.h. The
// owner may take the list as its own, where no word counts 0 used blocks.
inline small::Word first_word(const Descriptor* slab) {
  const bool is_nursery = slab->kind == SpanKind::Nursery;
  return small::make_word(slab, is_nursery ? kSliceSize / kMinAlignment : slab->capacity,
                          small::kNoBlock);
}

// How many blocks the list in `remote` has when that is `word`, and nothing is being purged.
inline size_t listed(const Descriptor* slab, small::Word word) {
  return word == 0 ? 0 : small::used_of(first_word(slab)) - small::used_of(word);
}

// Whether no block is in use any more in a nursery's slice whose heap waits for a thread. Also
// asked when the slice may be another span by now: then any answer will do.
inline bool is_last_of_waiting(const Descriptor* slice, small::Word word) {
  const size_t in_use = slice->carved;
  return in_use != 0 && listed(slice, word) >= in_use;
}

// The word after a free of `block` into the list whose word is `before`.
inline small::Word word_behind(small::Word before, const char* block) {
  return arch::with_low16(before, reinterpret_cast<uintptr_t>(block)) - small::kOneUsed;
}

// Has the owner of a Full slab look at it, if `word`, which `remote` was made, is worth it. The
// slab may be another span by now: then somebody looks at that in vain.
void announce(Descriptor* slab, uint64_t word);

inline void announce_if_wanted(Descriptor* slab, uint64_t word) {
  if (__builtin_expect(slab->mail.load(std::memory_order_seq_cst) == Mail::Wanted, 0))
    announce(slab, word);
}

// Has the owner of a medium slab, whose owner word is `tag`, take the slow path at its next free,
// which looks at `remote`: so it notices that a block was freed by two threads. Before the block is
// added, for afterwards the span may be another one. (An owner that takes that path meanwhile sets
// the word back and misses the block; the next one freed by others diverts it again.)
[[gnu::always_inline]] inline void divert_owner(Descriptor* slab, uintptr_t tag) {
  // relaxed: what the owner finds in `remote` it takes by an acquire of its own.
  if (__builtin_expect(!(tag & kDiverted), 0) && tag != 0)
    slab->medium_owner.compare_exchange_strong(tag, tag | kDiverted, std::memory_order_relaxed);
}

// Nothing is done but if it says Done. First: the list is empty, which is push_first()'s case.
// Again: another thread has changed the list meanwhile.
enum class Pushed : uint8_t { No, Done, First, Again };

// After push_plain_small() said First.
Pushed push_first(Descriptor* slab, char* block);

// push() for the common case: a block that is not the last one of a slab of another living thread.
// False, or No, and nothing done, in all others. They wait for nothing, so a signal handler may
// call them in the middle of anything.
//
// For a slice of which the calling thread is not the owner.
[[gnu::always_inline]] inline Pushed push_plain_small(Descriptor* slab, char* block) {
  // relaxed: who frees a block has seen what its slab was when it was handed out, and that changes
  // its owner at most.
  if (arch::equal(slab->owner, 0)) return Pushed::No;  // orphans, and see Descriptor::set_owner()
  const auto offset = static_cast<uint16_t>(reinterpret_cast<uintptr_t>(block));
  if (!arch::at_most(offset, slab->last_plain) || small::has_mark(slab, block)) return Pushed::No;
  small::Word before = slab->remote.load(std::memory_order_relaxed);
  const small::Word after = word_behind(before, block);
  // Below 0: there was no word, or all are free, or somebody is or was at the slab (heap/idle.h).
  if (__builtin_expect(static_cast<int64_t>(after) < 0, 0))
    return before == 0 ? Pushed::First : Pushed::No;
  if (__builtin_expect(small::is_event(slab, block, after), 0)) return Pushed::No;
  small::put_word(slab, block, before);
  // seq_cst: see above; also releases the block, and its word, to the owner.
  if (__builtin_expect(!slab->remote.compare_exchange_strong(
                           before, after, std::memory_order_seq_cst, std::memory_order_relaxed),
                       0)) {
    small::clear_word(slab, block);
    return Pushed::Again;
  }
  announce_if_wanted(slab, after);
  return Pushed::Done;
}

// For a medium slab.
[[gnu::always_inline]] inline bool push_plain_medium(Descriptor* slab, const char* block) {
  const uintptr_t tag = slab->medium_owner.load(std::memory_order_relaxed);
  const bool is_own = tag == (arch::thread_pointer() | kDiverted);
  uint64_t index;
  uint64_t after;
  if (tag == 0 || is_own || !medium::locate(slab, block, index) ||
      arch::load_and_set(slab->free_bits, index, after))
    return false;
  divert_owner(slab, tag);
  uint64_t before = slab->remote.load(std::memory_order_relaxed);
  do {
    if (arch::set_bit(before, index, after)) return false;
    // All are free, or somebody is at the slab, see heap/idle.h.
    if ((after + 1) >> slab->capacity != 0) return false;
    // seq_cst: see above; also releases the block to the owner.
  } while (!slab->remote.compare_exchange_weak(before, after, std::memory_order_seq_cst,
                                               std::memory_order_relaxed));
  announce_if_wanted(slab, after);
  return true;
}

// For spans of small and medium blocks, seen from any thread.
// Whether `block` is where a block starts that was handed out at some time.
bool is_block(const Descriptor* slab, const void* block);
// Its bytes.
size_t bytes_of(const Descriptor* slab, const void* block);
// Whether such a block is known to be free.
bool is_free(const Descriptor* slab, const void* block);

}  // namespace ox::remote
