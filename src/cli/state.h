// What the tools remember: what was asked for, since when, and the count of boots that did not
// complete.
#pragma once

#include <string>

#include "cli/layout.h"
#include "cli/preload_file.h"

namespace ox::cli {

struct State {
  Mode mode = Mode::Off;  // what the administrator asked for
  std::string since;      // UTC, "2026-01-31T12:00:00Z"; "" if never enabled
  bool hardened = false;  // which of the package's libraries
  std::string reason;     // why it is off, where a tool and not the administrator turned it off
};

State read_state(const Layout& layout);  // a missing or damaged file: the default
void write_state(const Layout& layout, const State& state);
std::string now_utc();

// Boots begun since the last one that completed, this one included.
int read_boots(const Layout& layout);
void write_boots(const Layout& layout, int count);
inline constexpr int kMostIncompleteBoots = 2;

}  // namespace ox::cli
