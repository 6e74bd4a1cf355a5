// Orphan slabs: slabs with blocks in use whose thread has ended. The next thread that frees into
// one, or needs its class, adopts it. One list per class, under one lock. A heap that looks for
// free pages takes one for a moment (free_pages.cpp).
//
// In the hardened build also empty ones, kept as their heap would have kept them (slab::keep()): to
// release one and have it again for the next thread costs the faults of all its pages.
#pragma once

#include "os/lock.h"
#include "span/descriptor.h"

namespace ox::orphans {

// Enters a slab that its heap gives up; nobody posts mail for it.
void add(Descriptor* slab);

// Takes any slab of the class for `heap`, or nullptr. Does not lock if there is none.
Descriptor* take(SizeClass cls, ThreadHeap* heap);

// How many there are of the class, about; and whether there are any.
size_t count(SizeClass cls);
bool any();

// Takes an empty one of any class, or nullptr. Does not lock if there is none.
Descriptor* take_empty(ThreadHeap* heap);

// Takes this slab. False if another thread was faster, or has the lock.
bool claim(Descriptor* slab, ThreadHeap* heap);

os::Lock& lock();
// add() for the child of a fork, which holds the lock already.
void add_locked(Descriptor* slab);

}  // namespace ox::orphans
