// Idle slabs: all their blocks were freed by other threads, and the owner has not looked yet. It
// may sleep for hours; so beyond a small bound for the whole process, the thread that frees the
// last block gives the slab's memory back to the system itself.
//
// The thread decides so while its own block is still in use, which keeps the slab what it is; the
// same compare-and-swap that would add the last block to `remote` replaces it by kBusy. From then
// on the slab is at rest: no block is in use, and the owner finds none free without taking
// `remote`, for which it waits while that is kBusy. (Small slabs count only if wholly carved, for
// the owner might carve meanwhile.) The result is published with kBusy added: "purged".
#pragma once

#include <cstdint>

#include "heap/medium.h"
#include "heap/small.h"
#include "span/descriptor.h"

namespace ox::idle {

// No list word or block bit of heap/small.h or heap/medium.h has these bits. Two: with one of
// kOneUsed less, the word is still below 0, see remote::push_plain_small().
constexpr uint64_t kBusy = uint64_t{3} << 62;

// Whether a remote free that makes `remote` what `word` says leaves the slab idle.
inline bool is_idle(const Descriptor* slab, uint64_t word) {
  if (slab->kind == SpanKind::Small) return word != 0 && small::used_of(word) == 0;
  return slab->kind == SpanKind::Medium && word == medium::all_free(slab);
}
// Whether an idle slab of so many bytes would be one too many.
bool too_many(size_t bytes);
// After the remote free: the slab is idle; and, if `remote` was replaced by kBusy, purge it.
void added(size_t bytes);
void purge(Descriptor* slab, uint64_t word);

// The owner takes all of `remote`. With kBusy in it: the slab is empty and its memory was purged.
uint64_t take(Descriptor* slab);
// The memory of a slab that was purged is about to be used.
void note_used_again(const Descriptor* slab);

// In the child of a fork, for every slab: nobody is purging any more.
void after_fork(Descriptor* slab);

}  // namespace ox::idle
