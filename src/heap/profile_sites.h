// The sites of a heap profile: the different stacks of the blocks that were sampled, with what is
// in use of each and what has been in all. All under profile::lock(). Memory is mapped apart from
// the heap, and kept.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::os {
class TextWriter;
}

namespace ox::profile {

struct Site;

namespace sites {

// Before anything else. False: no memory.
bool prepare();

// Counts a block of so many bytes at a stack, innermost frame first. nullptr: no memory, it is not
// counted.
Site* add(void* const* frames, size_t depth, size_t bytes);
// It is not in use any more.
void subtract(Site* site, size_t bytes);

void write(os::TextWriter& out, uint64_t rate);

// Memory that is never given back, aligned to 16 bytes. At most kStorageBytes. nullptr: there is
// none.
constexpr size_t kStorageBytes = size_t{64} << 10;
void* take_storage(size_t bytes);

}  // namespace sites
}  // namespace ox::profile
