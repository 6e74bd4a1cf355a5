// The figures as a table for people. All sizes in bytes.
#include "heap/stats.h"
#include "os/process.h"
#include "os/text_writer.h"

namespace ox::heap {
namespace {

using os::TextWriter;

void line(TextWriter& out, const char* name, size_t value) {
  out.text(name).text("= ").number(value, 14).text("\n");
}

void line(TextWriter& out, const char* name, size_t value, size_t count, const char* of_what) {
  out.text(name).text("= ").number(value, 14).text(" (").number(count).text(of_what).text(")\n");
}

void row(TextWriter& out, SizeClass cls, const ClassFigures& figures) {
  if (figures.peak_bytes == 0 && figures.held_bytes == 0) return;
  out.number(block_size(cls), 8)
      .number(figures.live_blocks, 12)
      .number(figures.live_bytes(cls), 14);
  out.number(figures.held_bytes, 14)
      .number(figures.waste_bytes(cls), 14)
      .number(figures.peak_bytes, 14);
  out.number(figures.slabs, 8).text("\n");
}

}  // namespace

void print(const Figures& figures, const ClassTable& classes, TextWriter& out) {
  char path[256];
  os::executable_path(path, sizeof path);
  out.text("oxidalloc: PID ").number(static_cast<uint64_t>(os::process_id()));
  out.text(" (").text(path).text("), bytes:\n");
  line(out, "in use bytes     ", figures.live_bytes, figures.live_blocks, " blocks");
  line(out, "of these large   ", figures.large_bytes, figures.large_blocks, " blocks");
  line(out, "spans            ", figures.span_bytes);
  line(out, "spans, peak      ", figures.peak_span_bytes);
  line(out, "free, kept       ", figures.free_dirty_bytes);
  line(out, "accessible       ", figures.committed_bytes);
  line(out, "address space    ", figures.reserved_bytes, figures.regions, " regions");
  line(out, "given back       ", figures.purged_bytes, figures.purges, " calls");
  line(out, "frees by others  ", figures.remote_frees);
  line(out, "thread heaps     ", figures.heaps);
  out.text(
      "    size live blocks    live bytes          held         waste          peak   slabs\n");
  for (size_t index = 0; index < kClasses; ++index)
    row(out, static_cast<SizeClass>(index), classes[index]);
  out.text("   large").number(figures.large_blocks, 12).number(figures.large_bytes, 14);
  out.number(figures.large_bytes, 14)
      .number(0, 14)
      .number(figures.peak_large_bytes, 14)
      .text("       -\n");
}

}  // namespace ox::heap
