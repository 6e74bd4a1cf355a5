#include "cli/processes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>

#include "base/process_state.h"
#include "cli/elf.h"
#include "cli/files.h"

namespace ox::cli {
namespace {

constexpr uint64_t kMostScanned = 1 << 20;

struct Mapping {
  uint64_t start = 0, end = 0, inode = 0;
  std::string rights, path;
};

Mapping parse_mapping(const std::string& line) {
  Mapping mapping;
  char rights[8] = "";
  unsigned long start = 0, end = 0, inode = 0;
  int path = 0;
  std::sscanf(line.c_str(), "%lx-%lx %7s %*s %*s %lu %n", &start, &end, rights, &inode, &path);
  mapping.start = start;
  mapping.end = end;
  mapping.inode = inode;
  mapping.rights = rights;
  if (path > 0 && static_cast<size_t>(path) < line.size())
    mapping.path = line.substr(static_cast<size_t>(path));
  return mapping;
}

bool is_library(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  return name == kLibraryName || name.starts_with(std::string(kLibraryName) + ".") ||
         name.starts_with(std::string(kLibraryName) + " (deleted)");
}

// The library's own record: in what follows its data, its .bss.
std::optional<ProcessState> read_state_record(const std::string& directory,
                                              const Mapping& mapping) {
  const Descriptor memory(open((directory + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory) return std::nullopt;
  std::string bytes(std::min(mapping.end - mapping.start, kMostScanned), '\0');
  const ssize_t got =
      pread(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(mapping.start));
  if (got <= 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(got));
  const size_t place = bytes.find(std::string(kProcessStateMagic, sizeof kProcessStateMagic));
  if (place == std::string::npos || bytes.size() - place < sizeof(ProcessState))
    return std::nullopt;
  ProcessState state;
  std::memcpy(&state, bytes.data() + place, sizeof state);
  return state;
}

std::string why_passthrough(const ProcessState& state, const std::string& executable) {
  switch (state.serving) {
    case Serving::Denied:
      return "denied by the denylist";
    case Serving::SwitchedOff:
      return "OX_DISABLE=1";
    case Serving::Sanitizer:
      return "a sanitizer's allocator is there";
    case Serving::OwnMalloc:
      return "it exports an allocator of its own";
    case Serving::Active:
      return "";
    case Serving::Undecided:
      break;
  }
  const auto content = read_if_there(executable);
  if (content && read_elf(*content, true).symbols_defined.contains("malloc"))
    return "it exports an allocator of its own";
  return "it has made no request yet";
}

bool is_32bit(const std::string& executable) {
  const auto content = read_if_there(executable);
  if (!content) return false;
  const ElfFacts facts = read_elf(*content);
  return facts.is_elf && !facts.is_64bit;
}

constexpr const char* kWithout = "started without the library";

std::string why_untouched(const std::string& executable) {
  const auto content = read_if_there(executable);
  if (!content) return "its executable cannot be read";
  const ElfFacts facts = read_elf(*content);
  if (facts.is_elf && !facts.is_64bit) return "a 32-bit program";
  return facts.interpreter.empty() ? "a static program" : kWithout;
}

// A shared object other than the loader. A program has none until the loader has mapped what is
// preloaded.
bool is_shared_object(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.find(".so") != std::string::npos && !name.starts_with("ld");
}

void read_maps(const std::string& directory, uint64_t live_inode, Process& process) {
  const auto maps = read_if_there(directory + "/maps");
  if (!maps) return;
  process.kind = Kind::Untouched;
  std::istringstream lines(*maps);
  std::optional<ProcessState> state;
  bool older = false, there = false, loaded = false;
  uint64_t library_end = 0;
  for (std::string line; std::getline(lines, line);) {
    const Mapping mapping = parse_mapping(line);
    loaded = loaded || is_shared_object(mapping.path);
    const bool is_bss = mapping.path.empty() && mapping.start == library_end;
    if (!is_library(mapping.path) && !is_bss) continue;
    library_end = mapping.end;
    there = true;
    older = older || (!is_bss && mapping.inode != live_inode);
    if (!state && mapping.rights.starts_with("rw")) state = read_state_record(directory, mapping);
  }
  const std::string executable = directory + "/exe";
  // A 32-bit program has the stub, of the library's name, with nothing in it.
  if (!there || (!state && is_32bit(executable))) {
    process.why = why_untouched(executable);
    if (!loaded && process.why == kWithout) {
      process.kind = Kind::Unknown;
      process.why = "its loader is still at work";
    }
  } else if (!state) {
    process.kind = Kind::Unknown;
    process.why = "its memory cannot be read";
  } else {
    process.heap_start = state->heap_start;
    process.heap_end = state->heap_end;
    process.version.assign(state->version, strnlen(state->version, sizeof state->version));
    process.why = why_passthrough(*state, executable);
    process.kind = state->serving != Serving::Active ? Kind::Passthrough
                   : older                           ? Kind::Older
                                                     : Kind::Ours;
  }
}

// The first mapping of the heap may begin some bytes before the table.
bool is_heap(const Process& process, const Mapping& mapping) {
  return mapping.end > process.heap_start && mapping.start < process.heap_end;
}

// "Rss:      123 kB" lines of smaps, added up; those of the heap apart.
void read_memory(const std::string& directory, Process& process) {
  const auto smaps = read_if_there(directory + "/smaps");
  if (!smaps) return;
  std::istringstream lines(*smaps);
  bool ours = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && std::isxdigit(static_cast<unsigned char>(line[0])) && line.find('-') < 17)
      ours = is_heap(process, parse_mapping(line));
    if (!line.starts_with("Rss:")) continue;
    const uint64_t kib = std::strtoull(line.c_str() + 4, nullptr, 10);
    process.rss_kib += kib;
    if (ours) process.heap_kib += kib;
  }
}

Process look_into(int pid, uint64_t live_inode) {
  Process process;
  process.pid = pid;
  const std::string directory = "/proc/" + std::to_string(pid);
  process.name = link_target(directory + "/exe").value_or("");
  if (process.name.empty()) {
    process.name = "?";
    process.why = "not ours to look into";
    return process;
  }
  try {
    read_maps(directory, live_inode, process);
    read_memory(directory, process);
  } catch (const Refused&) {
    process.kind = Kind::Unknown;
    process.why = is_root() ? "gone meanwhile" : "only root may look into it";
  }
  return process;
}

bool is_kernel_thread(int pid) {
  const auto words = read_if_there("/proc/" + std::to_string(pid) + "/cmdline");
  return (!words || words->empty()) && !link_target("/proc/" + std::to_string(pid) + "/exe");
}

}  // namespace

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::Ours:
      return "ours";
    case Kind::Older:
      return "older";
    case Kind::Passthrough:
      return "passthrough";
    case Kind::Untouched:
      return "untouched";
    case Kind::Unknown:
      return "unknown";
  }
  return "?";
}

std::vector<Process> all_processes(const Layout& layout) {
  const auto live = look(layout.at(layout.live()));
  std::vector<int> pids;
  for (const std::string& name : names_in("/proc", ""))
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); }))
      pids.push_back(std::atoi(name.c_str()));
  std::sort(pids.begin(), pids.end());
  std::vector<Process> processes;
  for (const int pid : pids)
    if (pid != getpid() && !is_kernel_thread(pid))
      processes.push_back(look_into(pid, live ? live->st_ino : 0));
  return processes;
}

}  // namespace ox::cli
