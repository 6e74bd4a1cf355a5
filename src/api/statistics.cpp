// glibc's entry points that tell about the heap or tune it. Where the process is not served, the
// heap is another one: they go on to whose it is.
#include <malloc.h>

#include <climits>
#include <cstdio>

#include "api/error.h"
#include "api/export.h"
#include "api/next_symbol.h"
#include "api/policy.h"
#include "heap/service.h"
#include "heap/stats.h"
#include "os/text_writer.h"

namespace {

int clamp(size_t value) {
  return value > INT_MAX ? INT_MAX : static_cast<int>(value);
}

// The function of that name that serves the process, nullptr if this library does.
template <typename Function>
Function* server(const char* name) {
  ox::heap::is_active();  // settles the mode
  if (!ox::policy::is_passthrough()) return nullptr;
  return reinterpret_cast<Function*>(ox::next_symbol(name));
}

}  // namespace

// The layout of glibc 2.33's struct mallinfo2, which older headers do not have.
struct OxMallinfo2 {
  size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;
};

namespace {

OxMallinfo2 own_mallinfo2() {
  const ox::heap::Figures figures = ox::heap::figures();
  OxMallinfo2 info{};
  info.arena = figures.span_bytes + figures.free_dirty_bytes - figures.large_bytes;
  info.hblks = figures.large_blocks;
  info.hblkhd = figures.large_bytes;
  info.uordblks = figures.live_bytes - figures.large_bytes;
  info.fordblks = info.arena > info.uordblks ? info.arena - info.uordblks : 0;
  info.keepcost = figures.free_dirty_bytes;
  return info;
}

}  // namespace

OX_EXPORT OxMallinfo2 ox_mallinfo2() asm("mallinfo2");

OX_EXPORT OxMallinfo2 ox_mallinfo2() {
  if (auto next = server<OxMallinfo2()>("mallinfo2")) return next();
  return own_mallinfo2();
}

OX_EXPORT struct mallinfo mallinfo() {
  if (auto next = server<struct mallinfo()>("mallinfo")) return next();
  const OxMallinfo2 wide = own_mallinfo2();
  struct mallinfo info {};
  info.arena = clamp(wide.arena);
  info.hblks = clamp(wide.hblks);
  info.hblkhd = clamp(wide.hblkhd);
  info.uordblks = clamp(wide.uordblks);
  info.fordblks = clamp(wide.fordblks);
  info.keepcost = clamp(wide.keepcost);
  return info;
}

OX_EXPORT void malloc_stats() {
  if (auto next = server<void()>("malloc_stats")) return next();
  ox::os::TextWriter out(2);
  ox::heap::ClassTable classes;
  const ox::heap::Figures figures = ox::heap::figures(&classes);
  ox::heap::print(figures, classes, out);
}

namespace {

using Print = int(FILE*, const char*, ...);

// Free blocks by size class, as glibc tells of free pieces by ranges of sizes.
void print_sizes(const ox::heap::ClassTable& classes, Print* print, FILE* stream) {
  print(stream, "<sizes>\n");
  for (size_t index = 0; index < ox::kClasses; ++index) {
    const size_t count = classes[index].free_blocks;
    const size_t size = ox::kBlockSizes[index];
    const size_t from = index == 0 ? 1 : ox::kBlockSizes[index - 1] + size_t{1};
    if (count == 0) continue;
    print(stream, "  <size from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\"/>\n", from, size,
          count * size, count);
  }
  print(stream, "</sizes>\n");
}

// What glibc tells twice: of its first heap, and of all together.
void print_totals(const ox::heap::Figures& figures, bool of_all, Print* print, FILE* stream) {
  const size_t held = figures.span_bytes + figures.free_dirty_bytes;
  const size_t unused = held > figures.live_bytes ? held - figures.live_bytes : 0;
  const size_t most = figures.peak_span_bytes > held ? figures.peak_span_bytes : held;
  print(stream,
        "<total type=\"fast\" count=\"0\" size=\"0\"/>\n"
        "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n",
        figures.free_blocks, unused);
  if (of_all)
    print(stream, "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n", figures.large_blocks,
          figures.large_bytes);
  print(stream,
        "<system type=\"current\" size=\"%zu\"/>\n"
        "<system type=\"max\" size=\"%zu\"/>\n"
        "<aspace type=\"total\" size=\"%zu\"/>\n"
        "<aspace type=\"mprotect\" size=\"%zu\"/>\n",
        held, most, figures.committed_bytes, figures.committed_bytes);
}

}  // namespace

OX_EXPORT int malloc_info(int options, FILE* stream) {
  if (auto next = server<int(int, FILE*)>("malloc_info")) return next(options, stream);
  if (options != 0) {
    ox::set_errno(EINVAL);
    return -1;
  }
  ox::NextFunction<Print> next_fprintf;
  Print* print = next_fprintf.find("fprintf");
  if (!print) return -1;
  ox::heap::ClassTable classes;
  const ox::heap::Figures figures = ox::heap::figures(&classes);
  print(stream, "<malloc version=\"1\">\n<heap nr=\"0\">\n");
  print_sizes(classes, print, stream);
  print_totals(figures, false, print, stream);
  print(stream, "</heap>\n");
  print_totals(figures, true, print, stream);
  return print(stream, "</malloc>\n") < 0 ? -1 : 0;
}

OX_EXPORT int malloc_trim(size_t pad) {
  if (auto next = server<int(size_t)>("malloc_trim")) return next(pad);
  return ox::Service::trim() ? 1 : 0;
}

// Accepted and without effect, as glibc allows itself: every parameter tunes a mechanism of its
// own.
OX_EXPORT int mallopt(int parameter, int value) {
  if (auto next = server<int(int, int)>("mallopt")) return next(parameter, value);
  return 1;
}
