#include "heap/medium.h"

#include "heap/canary.h"
#include "heap/idle.h"
#include "os/memory.h"
#include "os/report.h"
#include "span/region.h"
#include "span/retention.h"

namespace ox::medium {
namespace {
// Two bits less than a word: these are idle::kBusy.
constexpr size_t kMaxBlocks = 62;
constexpr size_t kFirstBlocks = 4, kFurtherBlocks = 14;
constexpr size_t kEnoughBlocks = 50;  // in a full-grown slab: two serve a hundred

size_t full_grown(size_t block_bytes) {
  const size_t slices = (block_bytes * kMaxBlocks) >> kSliceShift;
  return slices << kSliceShift < block_bytes * kEnoughBlocks ? slices + 1 : slices;
}
}  // namespace

// Half of what the class owns, times its share of all; what comes near the full length is that.
size_t slices_for(SizeClass cls, size_t owned, size_t all) {
  const size_t bytes = block_size(cls);
  const bool has_few = owned << kSliceShift < bytes * kFurtherBlocks;
  const size_t least = (bytes * (has_few ? kFirstBlocks : kFurtherBlocks)) >> kSliceShift;
  const size_t full = full_grown(bytes);
  const size_t wanted = owned == 0 ? 0 : owned * owned / (2 * all);
  if (wanted >= 2 * full / 3) return full;
  if (wanted > least) return wanted;
  return least ? least : 1;
}

void format(Descriptor* slab, SizeClass cls) {
  slab->size_class = cls;
  slab->stride = slab->block_bytes();
  slab->magic = ~uint64_t{0} / slab->stride + (is_power_of_two(slab->stride) ? 2 : 1);
  const size_t fit = slab->size() / slab->stride;
  slab->capacity = static_cast<uint16_t>(fit < kMaxBlocks ? fit : kMaxBlocks);
  slab->start += slab->size() - slab->capacity * slab->stride;
  slab->free_bits = all_free(slab);
  slab->carved = 0;
  slab->all_free_bits = all_free(slab);
  slab->set_owner(0);
  for (uint32_t i = 0; i < slab->slices; ++i) {
    slab[i].region = slab->region;
    slab[i].size_class = cls;
    slab[i].was_slab = true;
    slab[i].leader_offset = slab->region->offset_of(slab);
    slab[i].kind = SpanKind::Medium;
  }
}

void unformat(Descriptor* slab) {
  slab->start = span_start(slab);
  for (uint32_t i = 0; i < slab->slices; ++i) {
    slab[i].kind = SpanKind::None;
    slab[i].leader_offset = 0;
  }
}

Taken take_remote(Descriptor* slab, Relaxed<size_t>& count) {
  const uint64_t word = idle::take(slab);
  const uint64_t bits = word & ~idle::kBusy;
  if (bits == 0) return Taken::Nothing;
  count = count + count_bits(bits);
  if (const uint64_t twice = bits & slab->free_bits) {
    const auto index = static_cast<size_t>(__builtin_ctzll(twice));
    report::double_free(slab->start + index * slab->stride, slab->stride, nullptr);
  }
  slab->free_bits = slab->free_bits | bits;
  return word & idle::kBusy ? Taken::Purged : Taken::Blocks;
}

GivenBack give_back(Descriptor* slab, size_t least, size_t worth) {
  uint64_t bits = slab->free_bits;
  const unsigned free_blocks = count_bits(bits);
  if (least > 1 && free_blocks < slab->carved + least) return {};
  GivenBack given;
  while (bits) {
    const auto first = static_cast<size_t>(__builtin_ctzll(bits));
    const auto count = static_cast<size_t>(__builtin_ctzll(~(bits >> first)));
    char* const from = slab->start + first * slab->stride;
    const size_t before = reinterpret_cast<uintptr_t>(from) % os::page_size();
    const size_t skip = before ? os::page_size() - before : 0;
    const size_t bytes = count * slab->stride;
    if (kHardened && !canary::is_zero(from, bytes))
      report::corrupted_block(from, slab->stride, nullptr);
    if (bytes > skip) {
      const size_t whole = align_down(bytes - skip, os::page_size());
      if (whole >= worth && whole != 0) {
        const bool gone = os::purge(from + skip, whole);
        if (gone) retention::note_given_back(whole);
        given.any |= gone;
        given.all &= gone;
      }
    }
    bits &= ~(((uint64_t{1} << count) - 1) << first);
  }
  if (given.any) slab->carved = static_cast<uint16_t>(free_blocks);
  return given;
}

bool is_block(const Descriptor* slab, const void* block) {
  uint64_t index;
  return locate(slab, block, index);
}

}  // namespace ox::medium
