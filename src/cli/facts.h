// What oxidalloc-status finds out. Collected here, shown in status.cpp.
#pragma once

#include <string>
#include <vector>

#include "cli/layout.h"
#include "cli/preload_file.h"
#include "cli/processes.h"
#include "cli/state.h"

namespace ox::cli {

struct Facts {
  bool enabled = false;   // programs that start now get the library
  Mode mode = Mode::Off;  // as the preload file has it
  State state;            // as the administrator asked for it
  std::string library;    // the live copy, "" if there is none
  std::string master;
  std::vector<std::string> drift;     // what differs from what was asked for
  std::vector<std::string> refusals;  // what our tools refused to do, and why
  size_t patterns = 0;
  int incomplete_boots = 0;
  std::vector<Process> processes;  // of the running system alone

  size_t count(Kind kind) const;
  uint64_t rss_kib(Kind kind) const;
  uint64_t heap_kib(Kind kind) const;
};

Facts collect_facts(const Layout& layout);

}  // namespace ox::cli
