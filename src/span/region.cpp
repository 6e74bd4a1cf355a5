#include "span/region.h"

#include "base/bits.h"
#include "base/options.h"
#include "base/policy.h"
#include "os/arch.h"
#include "os/memory.h"
#include "os/process.h"

namespace ox {
namespace {

constexpr size_t kGiB = size_t{1} << 30;
constexpr size_t kMiB = size_t{1} << 20;

// What to ask for when address space is limited, one after the other.
constexpr size_t kLadder[] = {512 * kGiB, 64 * kGiB, kGiB, 64 * kMiB, 16 * kMiB, 4 * kMiB, kMiB};
constexpr size_t kMaxRegions = 1024;
// Room in which the table's place is random, so that descriptor addresses, which mark free blocks,
// cannot be told from a block's address.
constexpr size_t kPlaceSlack = 4 * kGiB;
using region::kGap;

// Steps of growth: an eighth of what is there, within these bounds. Locked memory pays for each
// step whole, so the first ones are small.
constexpr size_t kMinStep = 4 * kSliceSize;
constexpr size_t kMaxStep = 64 * kMiB;
constexpr size_t kTableStep = 8192;  // descriptors of 4 MiB of slices

Region* extra = nullptr;  // kMaxRegions - 1 of them, mapped when the first is needed
std::atomic<size_t> extra_count{0};
bool preparing = false;

// See heap/small.h, "the event test": the smallest multiple of the lowest address that exceeds
// every mark of this region's descriptors, provided that the highest address keeps below the bound.
// 0 if there is none.
uint64_t find_event_factor(const Region& region, size_t table_bytes) {
  const uint64_t first_mark = reinterpret_cast<uintptr_t>(region.table) & 0xffffffff;
  const uint64_t last_mark = first_mark + table_bytes;
  if (last_mark > 0xffffffff) return 0;
  const uint64_t highest = (last_mark << 16) | 0xffff;
  const uint64_t factor = highest / region.base + 1;
  const uint64_t end = region.base + region.size;
  const __uint128_t most = static_cast<__uint128_t>(factor) * end + end;
  const __uint128_t bound = (__uint128_t{1} << 48) + (first_mark << 16);
  return most < bound ? factor : 0;
}

size_t table_bytes_for(size_t size) {
  return align_up((size >> kSliceShift) * sizeof(Descriptor), os::page_size());
}

// Chooses where table and slices stand within [memory, memory + slack + ...). False if no place
// suits the event test, which practically cannot happen.
bool place(Region& region, char* memory, size_t table_bytes, size_t slack) {
  for (uint64_t attempt = 0; attempt < 64; ++attempt) {
    const size_t random = os::random_word(reinterpret_cast<uintptr_t>(memory) + attempt);
    // In the first half of a page: a small heap's descriptors then touch no second one.
    const size_t page = align_down(random % (slack + 1), os::page_size());
    const size_t within = (random >> 48) % (os::page_size() / 2);
    region.table = memory + page + align_down(within, sizeof(Descriptor));
    region.base =
        align_up(reinterpret_cast<uintptr_t>(region.table) + table_bytes + kGap, kSliceSize);
    region.event_factor = find_event_factor(region, table_bytes);
    if (region.event_factor != 0 || !arch::kFusedEventTest) return true;
  }
  return false;
}

// Reserves `size` bytes of slices. With `polite`, only if as much again would be left to others.
bool reserve_region(Region& region, size_t size, bool polite) {
  const size_t table_bytes = table_bytes_for(size);
  const size_t slack = size >= kGiB ? kPlaceSlack : align_up(table_bytes, kSliceSize);
  const size_t total = slack + os::page_size() + table_bytes + kGap + 2 * kSliceSize + size;
  auto* memory = static_cast<char*>(os::reserve(total));
  if (!memory) return false;
  region.size = size;
  bool good = place(region, memory, table_bytes, slack);
  if (good && polite) {
    void* as_much_again = os::reserve(total);
    good = as_much_again != nullptr;
    if (good) os::unmap(as_much_again, total);
  }
  if (!good) os::unmap(memory, total);
  region.first = memory;
  region.table_end = reinterpret_cast<char*>(region.base - kGap);
  region.end = memory + total;
  region.undumped = good && preparing && os::exclude_from_dumps(memory, total);
  return good;
}

// The part is accessible; unlike what surrounds it, it belongs into dumps. No advice says so, for
// filters forbid it: fresh pages take its place. Where they are refused, as in a program that
// limits its address space to less than it has, the old ones stay, out of dumps; where these are
// gone, too, the region ends before them.
bool enter_dumps(Region& region, char* start, size_t size) {
  if (!region.undumped || os::renew(start, size) || os::commit(start, size)) return true;
  region.size = region.committed ? region.committed : kSliceSize;
  return false;
}

// OX_HUGE_PAGES, asked for as memory becomes accessible for the first time. Pages that are renewed
// later know no advice.
void choose_page_size(char* start, size_t size) {
  const auto choice = static_cast<HugePages>(options[Option::HugePages]);
  if (choice != HugePages::System) os::advise_huge_pages(start, size, choice == HugePages::Always);
}

// Makes [start, start + wanted) accessible, of which `committed` bytes are already; goes on to
// `generous` bytes where that is granted.
bool grow(Region& region, char* start, size_t& committed, size_t wanted, size_t generous) {
  if (wanted <= committed) return true;
  for (const size_t target : {generous, wanted}) {
    if (target < wanted) continue;
    if (os::commit(start + committed, target - committed)) {
      if (!enter_dumps(region, start + committed, target - committed)) return false;
      choose_page_size(start + committed, target - committed);
      committed = target;
      return true;
    }
  }
  return false;
}

bool grow_table(Region& region, size_t slices) {
  char* first_page = reinterpret_cast<char*>(
      align_down(reinterpret_cast<uintptr_t>(region.table), os::page_size()));
  const size_t offset = static_cast<size_t>(region.table - first_page);
  const size_t wanted = align_up(offset + slices * sizeof(Descriptor), os::page_size());
  const size_t most = align_up(offset + table_bytes_for(region.size), os::page_size());
  const size_t step = region.table_committed / 4;
  const size_t generous =
      align_up(wanted + (step < kTableStep ? 0 : step), align_up(kTableStep, os::page_size()));
  return grow(region, first_page, region.table_committed, wanted,
              generous < most ? generous : most);
}

bool grow_slices(Region& region, size_t wanted) {
  size_t step = align_down(region.committed / 8, kSliceSize);
  if (step < kMinStep) step = kMinStep;
  if (step > kMaxStep) step = kMaxStep;
  const size_t stepped = region.committed + step;
  const size_t generous = wanted > stepped ? wanted : stepped;
  return grow(region, reinterpret_cast<char*>(region.base), region.committed, wanted,
              generous < region.size ? generous : region.size);
}

}  // namespace

Descriptor* Region::take(size_t slices, size_t alignment, size_t& skipped) {
  size_t used = limit.load(std::memory_order_relaxed);  // only the lock's holder changes it
  if (used == 0) used = kSliceSize;                     // the first slice is never used
  const size_t from = align_up(base + used, alignment) - base;
  const size_t bytes = slices << kSliceShift;
  if (from > size || bytes > size - from) return nullptr;
  const size_t to = from + bytes;
  if (!grow_table(*this, to >> kSliceShift)) return nullptr;
  if (!kHardened && !grow_slices(*this, to))
    return nullptr;  // hardened: each span by itself, see guards.h

  skipped = (from - used) >> kSliceShift;
  for (Descriptor* d : {descriptor(used >> kSliceShift), descriptor(from >> kSliceShift)}) {
    d->region = this;
    d->start = reinterpret_cast<char*>(base) + (slice_of(d) << kSliceShift);
  }
  descriptor(from >> kSliceShift)->slices = static_cast<uint32_t>(slices);
  // release: whoever sees the new limit may read the descriptors below it.
  limit.store(to, std::memory_order_release);
  return descriptor(from >> kSliceShift);
}

namespace region {

Region primary;
char* primary_table = nullptr;

void prepare() {
  preparing = true;
  if (primary.size == 0) add(kMinStep);
  preparing = false;
}

Descriptor* find(uintptr_t address) {
  if (primary.contains(address)) return primary.descriptor((address - primary.base) >> kSliceShift);
  // acquire pairs with the release in add(): the region is complete.
  const size_t count = extra_count.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i)
    if (extra[i].contains(address))
      return extra[i].descriptor((address - extra[i].base) >> kSliceShift);
  return nullptr;
}

bool reserves(uintptr_t address) {
  for (size_t i = 0; i < count(); ++i) {
    const auto from = reinterpret_cast<uintptr_t>(at(i).table);
    if (address - from < at(i).base + at(i).size - from) return true;
  }
  return false;
}

Descriptor* leader_by_walk(Descriptor* slice) {
  for (size_t i = 0; i < count(); ++i) {
    Descriptor* const first = at(i).descriptor(1);
    if (slice < first || at(i).slice_of(slice) >= at(i).size >> kSliceShift) continue;
    while (slice > first && slice->slices == 0) --slice;
    return slice->slices ? slice : nullptr;
  }
  return nullptr;
}

size_t count() {
  return extra_count.load(std::memory_order_acquire) + 1;
}

Region& at(size_t index) {
  return index == 0 ? primary : extra[index - 1];
}

Region* add(size_t bytes) {
  const size_t count = extra_count.load(std::memory_order_relaxed);
  if (primary.size != 0 && !extra)
    extra = static_cast<Region*>(
        os::map(align_up(sizeof(Region) * (kMaxRegions - 1), os::page_size())));
  if (count == kMaxRegions - 1 || (primary.size != 0 && !extra)) return nullptr;
  Region& region = primary.size == 0 ? primary : extra[count];
  bool done = false;
  for (const size_t rung : kLadder)
    if (!done && rung >= bytes) done = reserve_region(region, rung, rung != kLadder[0]);
  if (!done && !reserve_region(region, align_up(bytes, kSliceSize), false)) return nullptr;
  if (&region == &primary) {
    primary_table = primary.table;
  } else {
    // release: see find(). The first region is published by its limit.
    extra_count.store(count + 1, std::memory_order_release);
  }
  return &region;
}

Descriptor* take(size_t slices, size_t alignment, size_t& skipped) {
  const size_t bytes = slices << kSliceShift;
  if (primary.size == 0 && !add(bytes + alignment + kSliceSize)) return nullptr;
  if (Descriptor* span = primary.take(slices, alignment, skipped)) return span;
  const size_t count = extra_count.load(std::memory_order_relaxed);
  for (size_t i = 0; i < count; ++i)
    if (Descriptor* span = extra[i].take(slices, alignment, skipped)) return span;
  // A region that had room was refused by the kernel: memory, not address space, is short.
  const Region& newest = count ? extra[count - 1] : primary;
  const size_t used = newest.limit.load(std::memory_order_relaxed);
  if (newest.size - used >= bytes + alignment + kSliceSize) return nullptr;
  Region* fresh = add(bytes + alignment + kSliceSize);
  return fresh ? fresh->take(slices, alignment, skipped) : nullptr;
}

size_t committed() {
  size_t total = primary.committed;
  const size_t count = extra_count.load(std::memory_order_relaxed);
  for (size_t i = 0; i < count; ++i) total += extra[i].committed;
  return total;
}

}  // namespace region
}  // namespace ox
