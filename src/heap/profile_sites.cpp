#include "heap/profile_sites.h"

#include "base/bits.h"
#include "os/memory.h"
#include "os/text_writer.h"

namespace ox::profile {

struct Count {
  uint64_t blocks = 0, bytes = 0;

  void add(uint64_t more_blocks, uint64_t more_bytes) {
    blocks += more_blocks;
    bytes += more_bytes;
  }
};

struct Site {
  Site* next;
  size_t depth;
  Count live, all;
  void* frames[];  // `depth` of them
};

namespace sites {
namespace {

constexpr size_t kBuckets = size_t{1} << 14;

Site** buckets = nullptr;
char* storage = nullptr;
size_t storage_left = 0;

size_t bucket_of(void* const* frames, size_t depth) {
  uint64_t hash = depth;
  for (size_t i = 0; i < depth; ++i)
    hash = (hash ^ reinterpret_cast<uintptr_t>(frames[i])) * 0x9e3779b97f4a7c15;
  return hash >> 50;
}
static_assert(kBuckets == uint64_t{1} << (64 - 50));

bool is_at(const Site* site, void* const* frames, size_t depth) {
  if (site->depth != depth) return false;
  for (size_t i = 0; i < depth; ++i)
    if (site->frames[i] != frames[i]) return false;
  return true;
}

Site* find_or_make(void* const* frames, size_t depth) {
  Site*& first = buckets[bucket_of(frames, depth)];
  for (Site* site = first; site; site = site->next)
    if (is_at(site, frames, depth)) return site;
  auto* site = static_cast<Site*>(take_storage(sizeof(Site) + depth * sizeof(uintptr_t)));
  if (!site) return nullptr;
  site->next = first;
  site->depth = depth;
  site->live = site->all = {};
  for (size_t i = 0; i < depth; ++i) site->frames[i] = frames[i];
  return first = site;
}

template <typename Function>
void for_each(Function function) {
  for (size_t i = 0; i < kBuckets; ++i)
    for (const Site* site = buckets[i]; site; site = site->next) function(*site);
}

void write_counts(os::TextWriter& out, const Count& live, const Count& all) {
  out.number(live.blocks, 6).text(": ").number(live.bytes, 8).text(" [");
  out.number(all.blocks, 6).text(": ").number(all.bytes, 8).text("] @");
}

}  // namespace

bool prepare() {
  if (!buckets) buckets = static_cast<Site**>(os::map(sizeof(Site* [kBuckets])));
  return buckets != nullptr;
}

void* take_storage(size_t bytes) {
  bytes = align_up(bytes, 16);
  if (storage_left < bytes) {
    storage = static_cast<char*>(os::map(kStorageBytes));
    storage_left = storage ? kStorageBytes : 0;
    if (!storage) return nullptr;
  }
  char* taken = storage;
  storage += bytes;
  storage_left -= bytes;
  return taken;
}

Site* add(void* const* frames, size_t depth, size_t bytes) {
  Site* site = find_or_make(frames, depth);
  if (!site) return nullptr;
  site->live.add(1, bytes);
  site->all.add(1, bytes);
  return site;
}

void subtract(Site* site, size_t bytes) {
  --site->live.blocks;
  site->live.bytes -= bytes;
}

void write(os::TextWriter& out, uint64_t rate) {
  Count live, all;
  for_each([&](const Site& site) {
    live.add(site.live.blocks, site.live.bytes);
    all.add(site.all.blocks, site.all.bytes);
  });
  out.text("heap profile: ");
  write_counts(out, live, all);
  out.text(" heap_v2/").number(rate).text("\n");
  for_each([&](const Site& site) {
    write_counts(out, site.live, site.all);
    for (size_t i = 0; i < site.depth; ++i)
      out.text(" ").address(reinterpret_cast<uintptr_t>(site.frames[i]));
    out.text("\n");
  });
}

}  // namespace sites
}  // namespace ox::profile
