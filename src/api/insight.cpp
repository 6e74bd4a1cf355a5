// The functions of include/oxidalloc.h, which says what they do.
#include <oxidalloc.h>

#include <cerrno>
#include <cstring>

#include "api/export.h"
#include "api/policy.h"
#include "api/profile_file.h"
#include "base/options.h"
#include "heap/profile.h"
#include "heap/service.h"
#include "heap/stats.h"

namespace {

using namespace ox;

bool serves() {
  heap::is_active();  // settles the mode
  return !policy::is_passthrough();
}

// As much of `from` as the program's own idea of the structure has room for.
template <typename T>
void copy_out(void* to, const T& from, size_t size) {
  std::memcpy(to, &from, size < sizeof from ? size : sizeof from);
}

oxidalloc_figures statistics_of(const heap::Figures& figures) {
  return {.live_bytes = figures.live_bytes,
          .live_blocks = figures.live_blocks,
          .large_bytes = figures.large_bytes,
          .large_blocks = figures.large_blocks,
          .span_bytes = figures.span_bytes,
          .peak_span_bytes = figures.peak_span_bytes,
          .kept_bytes = figures.free_dirty_bytes,
          .accessible_bytes = figures.committed_bytes,
          .reserved_bytes = figures.reserved_bytes,
          .regions = figures.regions,
          .threads = figures.heaps,
          .purges = figures.purges,
          .purged_bytes = figures.purged_bytes,
          .remote_frees = figures.remote_frees};
}

oxidalloc_class_figures row_of(SizeClass cls, const heap::ClassFigures& figures) {
  return {.block_bytes = block_size(cls),
          .live_blocks = figures.live_blocks,
          .held_bytes = figures.held_bytes,
          .waste_bytes = figures.waste_bytes(cls),
          .peak_bytes = figures.peak_bytes,
          .slabs = figures.slabs};
}

bool equal(const char* one, const char* other) {
  while (*one && *one == *other) ++one, ++other;
  return *one == *other;
}

const OptionRow* find_option(const char* name) {
  for (const OptionRow& row : kOptions)
    if (equal(row.name, name)) return &row;
  return nullptr;
}

}  // namespace

OX_EXPORT const char* oxidalloc_version() {
  return policy::version();
}

OX_EXPORT int oxidalloc_statistics(oxidalloc_figures* out, size_t size) {
  if (!serves()) return ENOTSUP;
  if (!out) return EINVAL;
  copy_out(out, statistics_of(heap::figures()), size);
  return 0;
}

OX_EXPORT int oxidalloc_class_statistics(oxidalloc_class_figures* rows, size_t count, size_t size,
                                         size_t* classes) {
  if (!serves()) return ENOTSUP;
  if (!rows && count != 0) return EINVAL;
  if (classes) *classes = kClasses;
  heap::ClassTable table;
  if (count != 0) heap::figures(&table);
  for (size_t index = 0; index < count && index < kClasses; ++index)
    copy_out(reinterpret_cast<char*>(rows) + index * size,
             row_of(static_cast<SizeClass>(index), table[index]), size);
  return 0;
}

OX_EXPORT int oxidalloc_purge() {
  if (!serves()) return ENOTSUP;
  return Service::trim() ? 0 : EAGAIN;
}

OX_EXPORT int oxidalloc_profile() {
  if (!serves() || !profile::is_on()) return ENOTSUP;
  return profile_file::write() ? 0 : EIO;
}

OX_EXPORT const char* oxidalloc_option_name(size_t index) {
  return index < kOptionCount ? kOptions[index].name : nullptr;
}

OX_EXPORT int oxidalloc_option(const char* name, char* value, size_t size) {
  heap::is_active();
  const OptionRow* row = name ? find_option(name) : nullptr;
  if (!row || !value) return EINVAL;
  return options.write(static_cast<Option>(row - kOptions), value, size) ? 0 : ERANGE;
}
