// Full slabs: their way there and back, and what other threads freed. A slab whose blocks are all
// in use waits in the heap's list `full` until enough of them are free again; a remote free into it
// is announced by mail, see remote.h.
#include "heap/idle.h"
#include "heap/remote.h"
#include "heap/slab.h"
#include "heap/thread_heap.h"

namespace ox {

using namespace slab;

void ThreadHeap::make_full(Descriptor* slab) {
  stop_keeping(slab);
  if (is_mixed(slab) && mixed::map_of(slab)->is_dormant) return add_dormant(slab);
  slab->place = SlabPlace::Full;
  if (is_small(slab->size_class))
    small::expect_blocks(slab);
  else
    slab->set_owner(tag | kDiverted);
  full.push_back(slab);
  // seq_cst, both: see remote.h.
  slab->mail.store(Mail::Wanted, std::memory_order_seq_cst);
  if (remote::is_worth_mail(slab, slab->remote.load(std::memory_order_seq_cst)) && stop_mail(slab))
    take_back(slab);
}

// A Full slab, no mail under way, is taken out of the list; what comes next is the caller's.
void ThreadHeap::leave_full(Descriptor* slab) {
  full.remove(slab);
  if (is_small(slab->size_class)) small::expect_none(slab);
}

Taken ThreadHeap::take_remote(Descriptor* slab) {
  return is_small(slab->size_class) ? small::take_remote(slab, remote_frees_)
                                    : medium::take_remote(slab, remote_frees_);
}

// Takes what other threads freed into a slab that is not Full. Of a medium one the owner word
// first, so that a later remote free diverts it again: see remote.h.
bool ThreadHeap::collect(Descriptor* slab) {
  if (!is_small(slab->size_class)) slab->set_owner(tag);
  // relaxed: what comes later is found at the next look.
  if (slab->remote.load(std::memory_order_relaxed) == 0) return false;
  const Taken taken = take_remote(slab);
  if (taken == Taken::Purged) {
    slab->set_owner(tag);  // a small one is carved anew
    idle::note_used_again(slab);
  }
  return taken == Taken::Blocks || (taken == Taken::Purged && !is_small(slab->size_class));
}

// True if no mail for this slab is under way, nor will be.
bool ThreadHeap::stop_mail(Descriptor* slab) {
  Mail wanted = Mail::Wanted;
  // acquire: what the posting thread did before is visible if it is under way.
  return slab->mail.compare_exchange_strong(wanted, Mail::Unwanted, std::memory_order_acquire) ||
         wanted == Mail::Unwanted;
}

// A Full slab, no mail under way, has free blocks again.
void ThreadHeap::take_back(Descriptor* slab) {
  leave_full(slab);
  const Taken taken = take_remote(slab);
  make_partial(slab);
  note_woken(slab);
  if (!all_free(slab)) return look_at_woken();
  if (taken != Taken::Purged) return keep_or_release(slab);
  if (may_keep(slab)) {
    idle::note_used_again(slab);
    return keep_partial(slab);
  }
  partial[index_of(slab->size_class)].remove(slab);
  not_woken(slab);
  // A small one has its first bytes written again.
  release(slab, is_small(slab->size_class) ? small::touched_bytes(slab) : 0);
}

// Other threads' frees come one by one, and each time they are taken in costs as much as many
// blocks: where there are few of them again and again, more blocks should be on the way.
bool ThreadHeap::brings_too_few(const Descriptor* slab) {
  constexpr size_t kFew = 32;
  constexpr unsigned kTimes = 32;
  if (!is_small(slab->size_class) || small::exhausted(slab)) return false;
  // relaxed: a guess.
  const uint64_t word = slab->remote.load(std::memory_order_relaxed);
  if (word == 0 || remote::listed(slab, word) >= kFew) return false;
  return ++few_brought_ % kTimes == 0;
}

// Where no memory is to be had: Full slabs of the class may have a few blocks.
bool ThreadHeap::wake_full(SizeClass cls) {
  bool any = false;
  for (Descriptor* slab = full.first; slab;) {
    Descriptor* following = slab->next;
    const bool remote = slab->remote.load(std::memory_order_relaxed) != 0;  // a first look
    if (slab->size_class == cls && (has_free(slab) || remote) && stop_mail(slab)) {
      take_back(slab);
      any = true;
    }
    slab = following;
  }
  return any;
}

void ThreadHeap::read_mail() {
  // acquire pairs with the release in post().
  Descriptor* slab = mailbox.exchange(nullptr, std::memory_order_acquire);
  while (slab) {
    Descriptor* following = slab->mail_next;
    slab->mail.store(Mail::Unwanted, std::memory_order_relaxed);
    take_back(slab);
    slab = following;
  }
}

}  // namespace ox
