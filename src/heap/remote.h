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

#include "heap/small.h"
#include "heap/thread_heap.h"
#include "span/descriptor.h"

namespace ox::remote {

// Frees `block` of a slab that belongs to another thread, or to none. Reports misuse.
void push(Descriptor* slab, void* block, const void* caller);

// Whether a Full slab whose `remote` is `word` has enough free blocks to become Partial.
bool is_worth_mail(const Descriptor* slab, uint64_t word);

// Posts a slab whose `mail` was Wanted to its owner, unless another thread did.
void send(Descriptor* slab);

// The word of the first block in `remote`. The owner may take the list as its own, where no word
// counts 0 used blocks.
inline small::Word first_word(const Descriptor* slab) {
  return small::make_word(slab, 1, small::kNoBlock);
}

// push() for the common case, a block of a small slab of another living thread. False, and nothing
// done, in all others. Not in the middle of anything.
[[gnu::always_inline]] inline bool push_plain(Descriptor* slab, char* block) {
  // acquire: pairs with the release in adopt() and add_locked().
  const ThreadHeap* home = slab->home.load(std::memory_order_acquire);
  if (slab->kind != SpanKind::Small || !home || home == current_heap || slab->holes != 0)
    return false;
  if (!small::is_block(slab, block) || small::has_mark(slab, block)) return false;
  // What is needed of the descriptor is read before the block is given back: then it may be another
  // span's.
  const size_t wake = small::wake_count(slab);
  const size_t almost_all = slab->capacity - size_t{1};
  const auto offset = small::offset_of(reinterpret_cast<uintptr_t>(block));
  small::Word before = slab->remote.load(std::memory_order_relaxed);
  do {
    if (small::used_of(before) >= almost_all) return false;  // idle with this one; or busy
    small::put_word(slab, block, before ? before : first_word(slab));
    // seq_cst: see above; also releases the block, and its word, to the owner.
  } while (!slab->remote.compare_exchange_weak(
      before, small::make_word(slab, small::used_of(before) + 1, offset), std::memory_order_seq_cst,
      std::memory_order_relaxed));
  const bool is_worth_mail = small::used_of(before) + 1 >= wake;
  if (is_worth_mail && slab->mail.load(std::memory_order_seq_cst) == Mail::Wanted) send(slab);
  return true;
}

// For spans of small and medium blocks, seen from any thread.
// Whether `block` is where a block starts that was handed out at some time.
bool is_block(const Descriptor* slab, const void* block);
// Whether such a block is known to be free.
bool is_free(const Descriptor* slab, const void* block);

}  // namespace ox::remote
