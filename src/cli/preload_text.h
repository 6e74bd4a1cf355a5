// The text of a preload file: entries separated by blanks, newlines or colons. Pure functions.
// Everything that is not an entry of ours stays byte for byte.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ox::cli {

struct PreloadEntry {
  std::string_view name;  // without a carriage return at its end
  bool ours = false;      // any path to liboxidalloc.so
  bool comment = false;   // stands behind a '#': the loader may or may not read it
};

std::vector<PreloadEntry> entries_of(std::string_view text);
bool has_our_entry(
    std::string_view text);  // exactly kEntry, not in a comment, and no other of ours
bool has_foreign_entry(std::string_view text);  // comments count: they must be kept too

// With kEntry at the end, on a line of its own, and no other entry of ours.
std::string with_our_entry(std::string_view text);
// Without entries of ours: a line that held nothing else goes whole, else the entry and one
// separator.
std::string without_our_entries(std::string_view text);
// Nothing but white space: the file may as well be absent.
bool is_blank(std::string_view text);

}  // namespace ox::cli
