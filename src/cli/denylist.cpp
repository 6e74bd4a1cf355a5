// oxidalloc-denylist. Edits /etc/oxidalloc/denylist.d/50-local.conf and nothing else by itself.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/denylist_source.h"
#include "cli/elf.h"
#include "cli/files.h"

namespace ox::cli {
namespace {

std::string local_file(const Layout& layout) {
  return layout.deny_local() + "/50-local.conf";
}

void append_line(const Layout& layout, const std::string& line) {
  make_directories(layout.deny_local());
  std::string text = read_if_there(local_file(layout)).value_or("");
  if (!text.empty() && text.back() != '\n') text += '\n';
  replace_file(local_file(layout), text + line + "\n", {});
}

// Lines of exactly that pattern go; the others stay as they are. False: there was none.
bool drop_lines(const std::string& file, const std::string& pattern) {
  const std::string text = read_whole(file);
  std::string kept;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start) + 1, text.size());
    const std::string line = text.substr(start, (end ? end : text.size()) - start);
    std::string word = line.substr(0, line.find('#'));
    word.erase(word.find_last_not_of(" \t\r\n") + 1);
    word.erase(0, word.find_first_not_of(" \t"));
    if (word != pattern) kept += line;
    start += line.size();
  }
  if (kept == text) return false;
  replace_file(file, kept, {});
  return true;
}

const Pattern* find_pattern(const DenylistSource& source, const std::string& text) {
  for (const Pattern& pattern : source.patterns)
    if (pattern.text == text) return &pattern;
  return nullptr;
}

int add(const Layout& layout, const Options& options) {
  if (const std::string problem = objection_to_pattern(options.pattern); !problem.empty())
    throw Refused("not a pattern: " + problem);
  if (options.reason.find('\n') != std::string::npos) throw Refused("a reason is one line");
  if (const DenylistSource source = read_denylist(layout);
      const Pattern* old = find_pattern(source, options.pattern)) {
    say(options, options.pattern + " is denied already, by " + old->file + ":" +
                     std::to_string(old->line) + ".");
  } else {
    if (exists(local_file(layout))) drop_lines(local_file(layout), "!" + options.pattern);
    if (!find_pattern(read_denylist(layout), options.pattern))
      append_line(layout,
                  options.pattern + (options.reason.empty() ? "" : "  # " + options.reason));
    say(options, options.pattern + " uses libc's allocator from its next start on.");
  }
  compile_denylist(layout);
  return kDone;
}

int remove(const Layout& layout, const Options& options) {
  const DenylistSource source = read_denylist(layout);
  if (!find_pattern(source, options.pattern))
    throw Refused(options.pattern + " is not in the list", "See oxidalloc-denylist list.");
  for (const Pattern& pattern : source.patterns)
    if (pattern.text == options.pattern && pattern.file.starts_with("/etc/"))
      drop_lines(layout.at(pattern.file), pattern.text);
  // Still there: shipped. An upgrade would bring it back, so it is overruled instead.
  if (find_pattern(read_denylist(layout), options.pattern))
    append_line(layout, "!" + options.pattern);
  compile_denylist(layout);
  say(options, options.pattern + " is denied no more, from its next start on.");
  return kDone;
}

nlohmann::json to_json(const Pattern& pattern) {
  return {{"pattern", pattern.text},
          {"reason", pattern.reason},
          {"file", pattern.file},
          {"line", pattern.line}};
}

int list(const Layout& layout, const Options& options) {
  const DenylistSource source = read_denylist(layout);
  if (options.json) {
    nlohmann::json patterns = nlohmann::json::array();
    for (const Pattern& pattern : source.patterns) patterns.push_back(to_json(pattern));
    std::puts(nlohmann::json{{"patterns", patterns},
                             {"problems", source.problems},
                             {"compiled", compiled_is_current(layout)}}
                  .dump(2)
                  .c_str());
  }
  for (const Pattern& pattern : source.patterns)
    say(options, pattern.text + "  (" + pattern.file + ":" + std::to_string(pattern.line) + ")" +
                     (pattern.reason.empty() ? "" : "  # " + pattern.reason));
  for (const std::string& problem : source.problems) complain(problem, "");
  if (!compiled_is_current(layout))
    complain("the compiled list is not up to date", "Run oxidalloc-denylist compile.");
  return kDone;
}

// Other reasons than the denylist for which the library does not serve that program.
std::string other_reason(const Layout& layout, const std::string& path) {
  const ElfFacts facts = read_elf(read_whole(layout.at(path)), true);
  if (!facts.is_elf) return "It is no ELF program; its interpreter is what counts.";
  if (!facts.is_64bit) return "It is a 32-bit program: it loads the stub, which does nothing.";
  if (facts.interpreter.empty()) return "It is static: no preload reaches it.";
  if (facts.symbols_defined.contains("malloc"))
    return "It exports an allocator of its own, which it uses.";
  if (facts.symbols_defined.contains("__sanitizer_get_heap_size"))
    return "It has a sanitizer's allocator.";
  return "";
}

int explain(const Layout& layout, const Options& options) {
  const std::string path = resolve_in(layout.root, options.pattern);
  if (path.empty() || !options.pattern.starts_with('/'))
    throw Refused(options.pattern + ": no such file", "Give the program's absolute path.");
  const DenylistSource source = read_denylist(layout);
  const Pattern* match = find_match(layout, source, path);
  const std::string other = other_reason(layout, path);
  if (options.json) {
    nlohmann::json json{{"path", path}, {"denied", match != nullptr}, {"note", other}};
    if (match) json["by"] = to_json(*match);
    std::puts(json.dump(2).c_str());
  }
  say(options, match
                   ? path + " is denied by " + match->file + ":" + std::to_string(match->line) +
                         ": " + match->text + (match->reason.empty() ? "" : "  # " + match->reason)
                   : path + " is not denied.");
  if (!other.empty()) say(options, other);
  if (!compiled_is_current(layout))
    complain("the compiled list is not up to date, so the library may decide otherwise",
             "Run oxidalloc-denylist compile.");
  return kDone;
}

}  // namespace

int denylist(const Options& options) {
  const Layout layout = find_layout(options.root, "");
  if (options.action == "list") return list(layout, options);
  if (options.action == "explain") return explain(layout, options);
  if (!is_root())
    throw Refused("only root can change the denylist",
                  "Run it as root. For one run: oxidalloc-run --system-malloc COMMAND");
  const Descriptor lock = lock_root(layout.root);
  if (options.action == "add") return add(layout, options);
  if (options.action == "remove") return remove(layout, options);
  compile_denylist(layout);
  for (const std::string& problem : read_denylist(layout).problems) complain(problem, "");
  return kDone;
}

}  // namespace ox::cli
