#include "heap/idle.h"

#include "heap/check.h"
#include "heap/medium.h"
#include "os/lock.h"
#include "os/memory.h"
#include "span/retention.h"
#include "span/span_heap.h"

namespace ox::idle {

bool too_many(size_t bytes) {
  return !retention::may_be_idle(bytes);
}

void added(size_t bytes) {
  retention::now_idle(bytes, retention::Idle::Resident);
}

void purge(Descriptor* slab, uint64_t word) {
  if constexpr (kHardened) check::blocks(slab);
  char* start = slab->kind == SpanKind::Medium ? medium::span_start(slab) : slab->start;
  const size_t size = slab->size();
  const bool purged = os::purge(start, size);
  retention::now_idle(size, purged ? retention::Idle::Purged : retention::Idle::Resident);
  // release: the owner uses the memory after the purge, and the slab is its own from here on. Only
  // then the lock: a thread that forks holds it, and may wait for the slab.
  slab->remote.store(purged ? word | kBusy : word, std::memory_order_release);
  if (!purged) return;
  const os::Guard guard(span_heap::lock());
  retention::note_purged(size);
}

void after_fork(Descriptor* slab) {
  if (slab->remote.load(std::memory_order_relaxed) != kBusy) return;
  // The purging thread is gone. Its purge may be over or not have begun: both are as good.
  const uint64_t word = slab->kind == SpanKind::Medium ? medium::all_free(slab) : 1;
  slab->remote.store(word | kBusy, std::memory_order_relaxed);
  retention::now_idle(slab->size(), retention::Idle::Purged);
}

namespace {

// Somebody is or was at the slab, or it is idle, or another thread came between.
[[gnu::noinline]] uint64_t take_rare(Descriptor* slab) {
  uint64_t word = slab->remote.load(std::memory_order_relaxed);
  // acquire, here and below: pairs with the release in remote::push() and purge(): the blocks are
  // readable.
  while (word == kBusy || !slab->remote.compare_exchange_weak(word, 0, std::memory_order_acquire)) {
    if (word == kBusy) os::wait_while(slab->remote, kBusy);
    word = slab->remote.load(std::memory_order_relaxed);
  }
  if (word & kBusy)
    retention::no_longer_idle(slab->size(), retention::Idle::Purged);
  else if (is_idle(slab, word))
    retention::no_longer_idle(slab->size(), retention::Idle::Resident);
  return word;
}

}  // namespace

uint64_t take(Descriptor* slab) {
  // relaxed first look: what appears later is found at the next.
  uint64_t word = slab->remote.load(std::memory_order_relaxed);
  if (word == 0) return 0;
  const bool is_plain = (word & kBusy) == 0 && !is_idle(slab, word);
  if (is_plain && slab->remote.compare_exchange_strong(word, 0, std::memory_order_acquire))
    return word;
  return take_rare(slab);
}

void note_used_again(const Descriptor* slab) {
  const os::Guard guard(span_heap::lock());
  retention::note_fresh(slab->size());
}

}  // namespace ox::idle
