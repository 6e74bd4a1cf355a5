#include "cli/denylist_source.h"

#include <algorithm>
#include <cstdint>
#include <set>

#include "base/denylist.h"
#include "cli/files.h"

namespace ox::cli {
namespace {

constexpr size_t kMostWildcards = 4;  // each may multiply the matching time

std::string trimmed(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r");
  if (start == std::string::npos) return "";
  return text.substr(start, text.find_last_not_of(" \t\r") - start + 1);
}

bool is_glob(const std::string& pattern) {
  return pattern.find_first_of("*?") != std::string::npos;
}
bool is_path(const std::string& pattern) {
  return pattern.find('/') != std::string::npos;
}

denylist::Text text_of(const std::string& text) {
  return {text.data(), text.size()};
}

void overrule(std::vector<Pattern>& patterns, const std::string& text) {
  std::erase_if(patterns, [&](const Pattern& pattern) { return pattern.text == text; });
}

void read_line(const std::string& line, const std::string& file, int number,
               DenylistSource& source) {
  const size_t mark = line.find('#');
  std::string text = trimmed(line.substr(0, mark));
  if (text.empty()) return;
  if (text.starts_with('!')) return overrule(source.patterns, trimmed(text.substr(1)));
  if (const std::string objection = objection_to_pattern(text); !objection.empty()) {
    source.problems.push_back(file + ":" + std::to_string(number) + ": " + objection);
    return;
  }
  const std::string reason = mark == std::string::npos ? "" : trimmed(line.substr(mark + 1));
  source.patterns.push_back({std::move(text), reason, file, number});
}

void read_file(const Layout& layout, const std::string& path, DenylistSource& source) {
  const auto facts = look(path);
  const std::string shown = path.substr(layout.root.size());
  if (facts && (facts->st_uid != 0 || (facts->st_mode & 022))) {
    source.problems.push_back(shown + ": left out: others than root may write it");
    return;
  }
  const std::string content = read_whole(path);
  int number = 0;
  for (size_t start = 0; start < content.size();) {
    const size_t end = std::min(content.find('\n', start), content.size());
    read_line(content.substr(start, end - start), shown, ++number, source);
    start = end + 1;
  }
}

// The literal path itself, and where its links lead: the kernel reports the latter.
void add_path(const Layout& layout, const std::string& path, std::set<uint64_t>& hashes) {
  hashes.insert(denylist::hash(text_of(path)));
  const std::string resolved = resolve_in(layout.root, path);
  if (!resolved.empty()) hashes.insert(denylist::hash(text_of(resolved)));
}

void append(std::string& bytes, const void* data, size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

denylist::Glob glob_of(const std::string& text) {
  denylist::Glob glob{};
  glob.length = static_cast<uint8_t>(text.size());
  glob.prefix = static_cast<uint8_t>(text.find_first_of("*?"));
  glob.suffix = static_cast<uint8_t>(text.size() - text.find_last_of("*?") - 1);
  glob.is_path = is_path(text);
  return glob;
}

}  // namespace

std::string objection_to_pattern(const std::string& pattern) {
  if (pattern.empty()) return "it is empty";
  if (pattern.size() > 255) return "it is longer than 255 characters";
  if (pattern.find_first_of("\n\r#") != std::string::npos)
    return "it has a '#' or a line end in it";
  if (pattern.starts_with('!')) return "'!' marks an exception: use remove";
  if (pattern.find_first_of("[]{}") != std::string::npos)
    return "brackets are not supported: use *, ** and ?";
  if (is_path(pattern) && !pattern.starts_with('/') && !pattern.starts_with("**"))
    return "a path must be absolute";
  if (static_cast<size_t>(std::count(pattern.begin(), pattern.end(), '*')) > 2 * kMostWildcards)
    return "it has too many wildcards";
  if (pattern.find_first_not_of("*?/") == std::string::npos)
    return "it would deny everything: use oxidalloc-disable";
  return "";
}

DenylistSource read_denylist(const Layout& layout) {
  DenylistSource source;
  for (const std::string& directory : {layout.deny_shipped(), layout.deny_local()})
    for (const std::string& name : names_in(directory, ".conf"))
      read_file(layout, directory + "/" + name, source);
  return source;
}

bool pattern_matches(const Layout& layout, const Pattern& pattern, const std::string& path) {
  const denylist::Text whole = text_of(path), name = denylist::name_in(whole);
  if (is_glob(pattern.text)) {
    const char* start = pattern.text.data();
    return denylist::matches(glob_of(pattern.text), start, is_path(pattern.text) ? whole : name);
  }
  if (!is_path(pattern.text)) return std::string(name.start, name.length) == pattern.text;
  return pattern.text == path || resolve_in(layout.root, pattern.text) == path;
}

const Pattern* find_match(const Layout& layout, const DenylistSource& source,
                          const std::string& path) {
  for (const Pattern& pattern : source.patterns)
    if (pattern_matches(layout, pattern, path)) return &pattern;
  return nullptr;
}

std::string compiled_bytes(const Layout& layout, const DenylistSource& source) {
  std::set<uint64_t> paths, names;
  std::set<std::string> globs;
  for (const Pattern& pattern : source.patterns) {
    if (is_glob(pattern.text))
      globs.insert(pattern.text);
    else if (is_path(pattern.text))
      add_path(layout, pattern.text, paths);
    else
      names.insert(denylist::hash(text_of(pattern.text)));
  }
  std::string body;
  for (const auto& hashes : {paths, names})
    for (const uint64_t hash : hashes) append(body, &hash, sizeof hash);
  for (const std::string& text : globs) {
    const denylist::Glob glob = glob_of(text);
    append(body, &glob, sizeof glob);
    body += text;
  }
  denylist::Header header{};
  std::copy(std::begin(denylist::kMagic), std::end(denylist::kMagic), header.magic);
  header.size = static_cast<uint32_t>(sizeof header + body.size());
  header.paths = static_cast<uint16_t>(paths.size());
  header.names = static_cast<uint16_t>(names.size());
  header.globs = static_cast<uint16_t>(globs.size());
  std::string bytes;
  append(bytes, &header, sizeof header);
  return bytes + body;
}

void compile_denylist(const Layout& layout) {
  const std::string bytes = compiled_bytes(layout, read_denylist(layout));
  if (bytes.size() > denylist::kMostBytes)
    throw Refused("the denylist is too long: " + std::to_string(bytes.size()) +
                      " bytes compiled, of " + std::to_string(denylist::kMostBytes),
                  "Take patterns out, or replace several by one glob.");
  if (read_if_there(layout.deny_compiled()) == bytes) return;
  make_directories(layout.config());
  replace_file(layout.deny_compiled(), bytes, {});
}

bool compiled_is_current(const Layout& layout) {
  const auto compiled = read_if_there(layout.deny_compiled());
  return compiled && *compiled == compiled_bytes(layout, read_denylist(layout));
}

}  // namespace ox::cli
