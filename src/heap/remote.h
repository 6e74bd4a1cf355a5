// Remote frees: blocks given back by a thread that does not own their slab.
//
// A remote free is one compare-and-swap on the slab's own `remote`: for small slabs a list in the
// format of heap/small.h, for medium ones a bit per block. The owner takes all of it with one
// exchange when it runs out of blocks there.
//
// A Full slab is one that its owner will not look at again by itself. So the owner sets `mail` to
// Wanted when it makes a slab Full; the remote free after which it is worth a look (is_worth_mail) turns
// Wanted into Sent and posts the slab
// to the owner's mailbox, which the owner empties in its slow path. Either side may act first: the
// owner sets Wanted and then looks at `remote`, the freeing thread changes `remote` and then looks
// at `mail`, all sequentially consistent, so that at least one of them sees the other.
//
// A slab stays with its owner while `mail` is Sent: `home` may be followed then, and only then.
#pragma once

#include "span/descriptor.h"

namespace ox::remote {

// Frees `block` of a slab that belongs to another thread, or to none. Reports misuse.
void push(Descriptor* slab, void* block, const void* caller);

// push() for the common case, a block of a small slab. False, and nothing done, in all others.
bool push_plain(Descriptor* slab, char* block);

// Whether a Full slab whose `remote` is `word` has enough free blocks to become Partial.
bool is_worth_mail(const Descriptor* slab, uint64_t word);

// For spans of small and medium blocks, seen from any thread.
// Whether `block` is where a block starts that was handed out at some time.
bool is_block(const Descriptor* slab, const void* block);
// Whether such a block is known to be free.
bool is_free(const Descriptor* slab, const void* block);

}  // namespace ox::remote
