#include "heap/remote.h"

#include "heap/idle.h"
#include "heap/medium.h"
#include "heap/small.h"
#include "heap/thread_heap.h"
#include "os/report.h"

namespace ox::remote {
namespace {

// A free block's word bears the mark; a block in use hardly ever. The walk is racy but safe: it
// reads slab memory alone and stops at the first word without a mark.
bool is_remotely_free(const Descriptor* slab, const void* block) {
  small::Word word = slab->remote.load(std::memory_order_acquire);
  for (size_t i = 0; word != 0 && i < kSliceSize / kMinAlignment; ++i) {
    if (small::offset_of(word) == small::kNoBlock) return false;
    char* at = slab->start + small::offset_of(word);
    if (at == block) return true;
    if (!small::has_mark(slab, at)) return false;
    word = small::word_in(at);
  }
  return false;
}

const Nursery& nursery_of(const Descriptor* span) {
  // acquire: pairs with the release in Nursery::open().
  return span->home.load(std::memory_order_acquire)->nursery;
}

}  // namespace

size_t bytes_of(const Descriptor* slab, const void* block) {
  if (slab->kind == SpanKind::Nursery) return nursery_of(slab).block_bytes(block);
  return slab->kind == SpanKind::Small ? small::bytes_of(slab, block) : slab->block_bytes();
}

namespace {

// Changes `remote`, which was `before`, to with_block(before). Afterwards the block is the owner's,
// and the descriptor may be that of another span: what is needed of it is read before.
struct Added {
  uint64_t after;
  uint64_t
      to_purge;  // 0, or what idle::purge() has to publish: until then the slab stays what it is
  bool is_worth_mail;
};

template <typename WithBlock>
Added add(Descriptor* slab, uint64_t before, WithBlock with_block) {
  const size_t size = slab->size();
  uint64_t after;
  bool idle;
  bool purge;
  bool worth_mail;
  do {
    after = with_block(before);
    worth_mail = is_worth_mail(slab, after);
    idle = after != before && idle::is_idle(slab, after);
    purge = idle && idle::too_many(size);
    // seq_cst: see remote.h; also releases the block, and its word, to the owner. On failure
    // acquire: with_block() may look at what another thread added.
  } while (!slab->remote.compare_exchange_weak(
      before, purge ? idle::kBusy : after, std::memory_order_seq_cst, std::memory_order_acquire));
  if (idle && !purge) idle::added(size);
  return {after, purge ? after : 0, worth_mail};
}

Added push_small(Descriptor* slab, char* block) {
  return add(slab, slab->remote.load(std::memory_order_relaxed), [&](small::Word before) {
    const small::Word top = before ? before : first_word(slab);
    small::put_word(slab, block, top);
    return word_behind(top, block);
  });
}

Added push_medium(Descriptor* slab, char* block, const void* caller) {
  uint64_t index;
  medium::locate(slab, block, index);
  const uint64_t bit = uint64_t{1} << index;
  const size_t stride = slab->stride;
  const uintptr_t tag = slab->medium_owner.load(std::memory_order_relaxed);
  const uint64_t first = slab->remote.load(std::memory_order_relaxed);
  divert_owner(slab, tag);
  return add(slab, first, [&](uint64_t bits) {
    if (bits & bit) report::double_free(block, stride, caller);
    return bits | bit;
  });
}

void post(Descriptor* slab) {
  // acquire: `mail` is Sent, so this is the heap that asked for it.
  ThreadHeap* home = slab->home.load(std::memory_order_acquire);
  Descriptor* first = home->mailbox.load(std::memory_order_relaxed);
  do {
    slab->mail_next = first;
    // release: mail_next is readable to the owner. No ABA: the owner takes the whole list.
  } while (!home->mailbox.compare_exchange_weak(first, slab, std::memory_order_release,
                                                std::memory_order_relaxed));
}

}  // namespace

std::atomic<unsigned> UnderWay::count{0};

void post_again(Descriptor* slab) {
  if (slab->mail.load(std::memory_order_relaxed) == Mail::Sent) post(slab);
}

Pushed push_first(Descriptor* slab, char* block) {
  const small::Word word = word_behind(first_word(slab), block);
  if (small::is_event(slab, block, word)) return Pushed::No;
  small::put_word(slab, block, first_word(slab));
  small::Word before = 0;
  // seq_cst: see remote.h; also releases the block, and its word, to the owner.
  if (!slab->remote.compare_exchange_strong(before, word, std::memory_order_seq_cst,
                                            std::memory_order_relaxed)) {
    small::clear_word(slab, block);
    return Pushed::Again;
  }
  announce_if_wanted(slab, word);
  return Pushed::Done;
}

void announce(Descriptor* slab, uint64_t word) {
  if (is_worth_mail(slab, word)) send(slab);
}

void send(Descriptor* slab) {
  const UnderWay section;
  Mail wanted = Mail::Wanted;
  if (slab->mail.compare_exchange_strong(wanted, Mail::Sent, std::memory_order_seq_cst)) post(slab);
}

bool is_worth_mail(const Descriptor* slab, uint64_t word) {
  if (slab->kind != SpanKind::Small) return word != 0;
  return listed(slab, word) >= slab->wake_count;
}

bool is_block(const Descriptor* slab, const void* block) {
  switch (slab->kind) {
    case SpanKind::Small:
      return small::is_block(slab, block);
    case SpanKind::Medium:
      return medium::is_block(slab, block);
    case SpanKind::Nursery:
      return nursery_of(slab).is_block(block);
    default:
      return false;
  }
}

bool is_free(const Descriptor* slab, const void* block) {
  if (slab->kind == SpanKind::Medium) {
    uint64_t index;
    medium::locate(slab, block, index);
    const uint64_t bits = slab->free_bits | slab->remote.load(std::memory_order_relaxed);
    return (bits >> index) & 1;
  }
  if (slab->kind == SpanKind::Small && !mixed::map_of(slab)) {
    const uint64_t word = slab->remote.load(std::memory_order_acquire);
    if ((word & idle::kBusy) || idle::is_idle(slab, word)) return true;
    if (small::is_in_hole(slab, block)) return true;
  }
  if (slab->kind == SpanKind::Nursery && nursery_of(slab).is_listed(block)) return true;
  if (!small::has_mark(slab, static_cast<const char*>(block))) return false;
  return is_remotely_free(slab, block) ||
         (slab->kind == SpanKind::Small && small::contains(slab, block));
}

void push(Descriptor* slab, void* block, const void* caller) {
  if (!is_block(slab, block)) {
    if (slab->kind == SpanKind::Nursery) return nursery_of(slab).report_no_block(block, caller);
    if (slab->kind == SpanKind::Small && mixed::map_of(slab))
      return mixed::report_no_block(slab, static_cast<char*>(block), caller);
    return report::invalid_pointer("free", block, caller);
  }
  // The owner may change what is free meanwhile, but not that a block in use is not.
  if (is_free(slab, block)) return report::double_free(block, bytes_of(slab, block), caller);
  const UnderWay section;  // others wait for the end of a purge, and of mail under way
  auto* bytes = static_cast<char*>(block);
  const bool is_nursery = slab->kind == SpanKind::Nursery;
  ThreadHeap* const home = slab->home.load(std::memory_order_acquire);
  const Added added =
      slab->kind != SpanKind::Medium ? push_small(slab, bytes) : push_medium(slab, bytes, caller);
  if (added.is_worth_mail && slab->mail.load(std::memory_order_seq_cst) == Mail::Wanted) send(slab);
  if (added.to_purge) idle::purge(slab, added.to_purge);
  if (is_nursery && is_last_of_waiting(slab, added.after)) thread_heaps::tend(home);
}

}  // namespace ox::remote
