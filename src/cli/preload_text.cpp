#include "cli/preload_text.h"

#include "cli/layout.h"

namespace ox::cli {
namespace {

constexpr std::string_view kSeparators = ": \t\n";
constexpr std::string_view kBlanks = " \t\r\n\v\f";

bool is_ours(std::string_view name) {
  return name == kLibraryName ||
         (name.starts_with('/') && name.substr(name.rfind('/') + 1) == kLibraryName);
}

std::string_view without_return(std::string_view name) {
  while (name.ends_with('\r')) name.remove_suffix(1);
  return name;
}

// Takes the entry at [start, end) out of `text`. Returns where to go on.
size_t erase_entry(std::string& text, size_t start, size_t end) {
  const size_t line = start == 0 ? 0 : text.rfind('\n', start - 1) + 1;
  const size_t stop = std::min(text.find('\n', end), text.size());
  const std::string_view before = std::string_view(text).substr(line, start - line);
  const std::string_view after = std::string_view(text).substr(end, stop - end);
  const auto only_separators = [](std::string_view part) {
    return part.find_first_not_of(": \t\r") == std::string_view::npos;
  };
  if (only_separators(before) && only_separators(after)) {
    text.erase(line, stop - line + (stop < text.size() ? 1 : 0));
    return line;
  }
  if (start > line) {
    text.erase(start - 1, end - start + 1);
    return start - 1;
  }
  text.erase(start, end - start + 1);
  return start;
}

}  // namespace

std::vector<PreloadEntry> entries_of(std::string_view text) {
  std::vector<PreloadEntry> entries;
  bool comment = false;
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find_first_of(kSeparators, i), text.size());
    const std::string_view word = text.substr(i, end - i);
    if (word.starts_with('#')) comment = true;
    const std::string_view name = without_return(word);
    if (!name.empty()) entries.push_back({name, is_ours(name), comment});
    // A '#' inside a word starts a comment as well.
    if (word.find('#') != std::string_view::npos) comment = true;
    if (end < text.size() && text[end] == '\n') comment = false;
    i = end + 1;
  }
  return entries;
}

bool has_our_entry(std::string_view text) {
  bool found = false;
  for (const PreloadEntry& entry : entries_of(text)) {
    if (!entry.ours) continue;
    if (entry.name != kEntry || entry.comment || found) return false;
    found = true;
  }
  // "ENTRY\r" is ours, yet the loader would look for a file of that very name.
  return found && text.find(std::string(kEntry) + "\r") == std::string_view::npos;
}

bool has_foreign_entry(std::string_view text) {
  for (const PreloadEntry& entry : entries_of(text))
    if (!entry.ours) return true;
  return false;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::string without_our_entries(std::string_view original) {
  std::string text(original);
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find_first_of(kSeparators, i), text.size());
    const std::string_view word = std::string_view(text).substr(i, end - i);
    i = is_ours(without_return(word)) ? erase_entry(text, i, end) : end + 1;
  }
  return text;
}

std::string with_our_entry(std::string_view original) {
  if (has_our_entry(original)) return std::string(original);
  std::string text = without_our_entries(original);
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text.append(kEntry).append("\n");
}

}  // namespace ox::cli
