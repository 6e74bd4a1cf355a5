// /etc/ld.so.preload: what it is, whether it may be edited, and the two ways to have our entry in
// it.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "cli/layout.h"

namespace ox::cli {

enum class Mode {
  Off,
  BootSafe,  // the file is a link into /run, where a unit puts the content at every boot
  Direct,    // our entry stands in the file
};
const char* name_of(Mode mode);

struct PreloadFile {
  enum class Kind { Absent, Regular, OurLink, ForeignLink, Other };
  Kind kind = Kind::Absent;
  std::string text;  // of a regular file
  std::string target;
  struct stat facts {};

  Mode mode() const;
  // Why nobody should edit that file, or "".
  std::string objection() const;
};

PreloadFile read_preload(const Layout& layout);

// The edits. The caller holds the lock. Each changes one path in one step; false: nothing to do.
bool put_entry(const Layout& layout);      // direct; refuses what objection() names
bool put_boot_link(const Layout& layout);  // refuses a file with foreign entries
bool take_entry(const Layout& layout);     // any mode: our entry and our link go

}  // namespace ox::cli
