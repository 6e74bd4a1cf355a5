#include "cli/inittab.h"

#include "cli/files.h"

namespace ox::cli {
namespace {

// The first runs when the file systems are mounted, before services start; the second after the
// last of the lines before it that init waits for, which start them.
constexpr const char* kLines[] = {"oxb::bootwait:/usr/sbin/oxidalloc boot count\n",
                                  "oxc:2345:once:/usr/sbin/oxidalloc boot complete\n"};

std::string path_in(const Layout& layout) {
  return layout.at("/etc/inittab");
}

// A file that somebody made a link or a program's pipe is theirs to edit.
bool is_ours_to_edit(const Layout& layout) {
  const auto facts = look(path_in(layout));
  return facts && S_ISREG(facts->st_mode) && facts->st_uid == 0;
}

void edit(const Layout& layout, std::string (*change)(const std::string&)) {
  const std::string path = path_in(layout);
  const std::string text = read_whole(path);
  const std::string changed = change(text);
  if (changed == text) return;
  const auto facts = look(path);
  replace_file(path, changed, {facts->st_mode & 07777, facts->st_uid, facts->st_gid});
}

}  // namespace

std::string without_boot_lines(const std::string& text) {
  std::string rest = text;
  for (const std::string line : kLines) {
    const size_t at = rest.find(line);
    if (at != std::string::npos && (at == 0 || rest[at - 1] == '\n')) rest.erase(at, line.size());
  }
  return rest;
}

std::string with_boot_lines(const std::string& text) {
  std::string whole = without_boot_lines(text);
  if (!whole.empty() && whole.back() != '\n') whole += '\n';
  for (const char* line : kLines) whole += line;
  return whole;
}

bool add_boot_lines(const Layout& layout) {
  if (!is_ours_to_edit(layout)) return false;
  edit(layout, with_boot_lines);
  return true;
}

void remove_boot_lines(const Layout& layout) {
  if (is_ours_to_edit(layout)) edit(layout, without_boot_lines);
}

}  // namespace ox::cli
