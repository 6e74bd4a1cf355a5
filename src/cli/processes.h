// Every process of the running system, and what the library does in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/layout.h"

namespace ox::cli {

enum class Kind {
  Ours,         // served by the live copy
  Older,        // served by a copy that is no longer the live one
  Passthrough,  // the library is there and serves nothing
  Untouched,    // the library is not there
  Unknown,      // not ours to look into, gone meanwhile, or just started
};
inline constexpr Kind kKinds[] = {Kind::Ours, Kind::Older, Kind::Passthrough, Kind::Untouched,
                                  Kind::Unknown};
const char* name_of(Kind kind);

struct Process {
  int pid = 0;
  std::string name;  // the executable's path, or the command's name
  Kind kind = Kind::Unknown;
  std::string why;      // for passthrough and untouched
  std::string version;  // of the library in it
  uint64_t rss_kib = 0;
  uint64_t heap_start = 0, heap_end = 0;  // of the library's first region, as the process tells
  uint64_t heap_kib = 0;                  // resident there
};

// Kernel threads are left out.
std::vector<Process> all_processes(const Layout& layout);

}  // namespace ox::cli
