// The denylist's sources: *.conf files in /usr/share/oxidalloc/denylist.d (shipped), then in
// /etc/oxidalloc/denylist.d (local); and their compilation into the file that the library reads.
// One pattern a line, an optional reason behind '#'. "!PATTERN" overrules the same pattern before
// it.
#pragma once

#include <string>
#include <vector>

#include "cli/layout.h"

namespace ox::cli {

struct Pattern {
  std::string text;
  std::string reason;
  std::string file;  // as seen inside the root
  int line = 0;
};

struct DenylistSource {
  std::vector<Pattern> patterns;
  std::vector<std::string> problems;  // lines that were left out, and why
};

DenylistSource read_denylist(const Layout& layout);
// Why this cannot be a pattern, or "".
std::string objection_to_pattern(const std::string& pattern);
bool pattern_matches(const Layout& layout, const Pattern& pattern, const std::string& path);
// The first pattern that denies the program at `path` (resolved), or nullptr.
const Pattern* find_match(const Layout& layout, const DenylistSource& source,
                          const std::string& path);

std::string compiled_bytes(const Layout& layout, const DenylistSource& source);
void compile_denylist(const Layout& layout);  // the caller holds the lock
bool compiled_is_current(const Layout& layout);

}  // namespace ox::cli
