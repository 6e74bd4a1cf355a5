// Reserved address space that a region does without, where it is limited: the room in which the
// table had its random place, the table of slices that will not be, and these slices. A gap without
// access stays on either side of what is kept.
#include "base/bits.h"
#include "os/memory.h"
#include "span/region.h"

namespace ox::region {
namespace {

uintptr_t number(const char* address) {
  return reinterpret_cast<uintptr_t>(address);
}
char* higher(char* a, char* b) {
  return a > b ? a : b;
}
char* lower(char* a, char* b) {
  return a < b ? a : b;
}

// Where a region's two parts would begin and end.
struct Extent {
  size_t size;  // bytes of slices
  char *first, *table_end, *end;
};

Extent extent_for(const Region& region, size_t growth) {
  const size_t wanted = align_up(region.committed + growth, kSliceSize);
  const size_t size = wanted < region.size ? wanted : region.size;
  char* table = reinterpret_cast<char*>(align_down(number(region.table), os::page_size()));
  const uintptr_t last = number(region.table) + (size >> kSliceShift) * sizeof(Descriptor);
  char* table_end = higher(reinterpret_cast<char*>(align_up(last, os::page_size())),
                           table + region.table_committed);
  return {size, higher(region.first, table - kGap), lower(region.table_end, table_end + kGap),
          lower(region.end, reinterpret_cast<char*>(region.base + size + kGap))};
}

size_t surplus_of(const Region& region, const Extent& extent) {
  return static_cast<size_t>((extent.first - region.first) + (region.table_end - extent.table_end) +
                             (region.end - extent.end));
}

void give_up(char* start, char* end) {
  if (start < end) os::unmap(start, static_cast<size_t>(end - start));
}

size_t shrink(Region& region, size_t growth) {
  const Extent extent = extent_for(region, growth);
  const size_t surplus = surplus_of(region, extent);
  give_up(region.first, extent.first);
  give_up(extent.table_end, region.table_end);
  give_up(extent.end, region.end);
  region.size = extent.size;
  region.first = extent.first;
  region.table_end = extent.table_end;
  region.end = extent.end;
  return surplus;
}

}  // namespace

size_t surplus() {
  size_t total = 0;
  for (size_t i = 0; primary.size != 0 && i < count(); ++i)
    total += surplus_of(at(i), extent_for(at(i), 0));
  return total;
}

size_t give_up_surplus(size_t spare) {
  size_t total = 0;
  for (size_t i = 0; primary.size != 0 && i < count(); ++i)
    total += shrink(at(i), i + 1 == count() ? spare : 0);
  return total;
}

}  // namespace ox::region
