// How much free memory stays with the process, and how much there is: the bounds that the span heap
// and the thread heaps keep to, and what they count for it.
//
//   dirty spans   256 KiB and a 32nd of what is in use, and what was given back too early: memory
//                 that was given back and is wanted again raises the bound (regret), memory given
//                 back that nobody wants lowers it again
//   kept slabs    4.5 MiB and a 32nd of what is in use; medium ones an eighth of it more, and
//                 8 MiB at most, where they are released and made again
//   idle slabs    4.5 MiB together with the kept ones, for they stay when less is in use; regret
//                 raises it for them, by 14 MiB and by what else is in use, of which at most
//                 128 MiB count
//
// The hardened build has no dirty spans: there regret raises the bound of kept slabs.
// Idle slabs whose memory went back are in use, but not for these shares. All sizes are bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::retention {

// ---- Under span_heap::lock().

// A span is handed out, or grows. True if so much has never been in use before.
bool add_used(size_t bytes);
void subtract_used(size_t bytes);

// A free span's memory was given back.
void note_purged(size_t bytes);
// Of a span that is handed out so much reads as zero: its memory has to be had from the system. No
// more is in use than before at some time: it has to be had again.
void note_fresh(size_t bytes);
// The same, with more in use than ever: what is free did not serve. True if that lowers regret.
bool note_growth(size_t bytes);
// So much may be dirty; and how much further it goes down once it is more.
struct DirtyBound {
  size_t most, further;
};
DirtyBound dirty_bound();

// ---- Any thread, at any time.

// In spans handed out, about.
size_t used_bytes();

// The most that were at one time.
size_t most_used_bytes();

// Whether much that was given back was wanted again, lately.
bool wants_back();

// Kept slabs: without a block in use, and not released. The process may keep some; others must be
// released, or their memory given back.
bool may_keep(size_t bytes);
// The same of medium slabs, which regret may have raised it for: small ones that are used again
// have their blocks in the order in which they were freed, fresh ones in that of their addresses.
bool may_keep_medium(size_t bytes);
// Less is in use than when they were kept, much less: some should be released.
bool keeps_too_much();
void now_kept(size_t bytes);
void no_longer_kept(size_t bytes);
// A medium slab was released for want of room; and one is made that might have been kept.
void note_refused(size_t bytes);
void note_made_again(size_t bytes);
// The same of idle slabs (heap/idle.h), which come under the same bound. Regret raises it for them,
// by what is in use without them: their memory alone would go back, and they stay in use as such.
bool may_be_idle(size_t bytes);
enum class Idle { Resident, Purged };
void now_idle(size_t bytes, Idle how);
void no_longer_idle(size_t bytes, Idle how);

// Memory within a span in use was given back: for the figures.
void note_given_back(size_t bytes);

struct Figures {
  size_t used = 0, most_used = 0;       // in spans handed out; the most at one time
  size_t purges = 0, purged_bytes = 0;  // calls that gave memory back; addresses in them
};
Figures figures();  // under the lock

}  // namespace ox::retention
