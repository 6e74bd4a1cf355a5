// The preflight's look at the library's file, before anything runs with it. Each rule stands for
// one way in which a preload entry fails: silently, noisily, or in every program at once.
#include "cli/elf.h"
#include "cli/files.h"
#include "cli/preflight.h"

namespace ox::cli {
namespace {

std::string inspect_owner(const struct stat& facts) {
  if (S_ISLNK(facts.st_mode)) return "";  // the target is looked at
  if (!S_ISREG(facts.st_mode)) return "it is no regular file";
  if (facts.st_uid != 0)
    return "it belongs to user " + std::to_string(facts.st_uid) + ", not to root";
  if (facts.st_mode & 022) return "others than root may write it";
  if ((facts.st_mode & 0444) != 0444)
    return "not everybody may read it: it would work for root alone";
  return "";
}

std::string inspect_versions(const Layout& layout, const ElfFacts& facts) {
  for (const std::string& name : facts.needed) {
    if (name == "libc.so.6" || name.starts_with("ld-linux")) continue;
    return "it needs " + name + " (DT_NEEDED): only libc may be needed by what every program loads";
  }
  std::string libc;
  for (const std::string& directory : {"/usr/" + layout.libdir, "/" + layout.libdir}) {
    const std::string path = resolve_in(layout.root, directory + "/libc.so.6");
    if (!path.empty()) libc = layout.at(path);
  }
  if (libc.empty()) return "there is no glibc (libc.so.6) to load it with";
  const ElfFacts system = read_elf(read_whole(libc));
  for (const auto& [file, version] : facts.versions_needed)
    if (file == "libc.so.6" && !system.versions_defined.contains(version))
      return "it needs the symbol version " + version + ", which this system's libc has not";
  return "";
}

std::string inspect_elf(const Layout& layout, const std::string& path) {
  const std::string content = read_whole(path);
  const ElfFacts facts = read_elf(content);
  // The architecture first: a 32-bit file is not damaged, it is the wrong one.
  if (facts.is_elf && (!facts.is_64bit || facts.machine != own_machine()))
    return "it is built for another architecture";
  if (!facts.problem.empty()) return facts.problem;
  if (!facts.is_shared || !facts.is_dynamic) return "it is no shared library";
  return inspect_versions(layout, facts);
}

}  // namespace

std::string inspect_library(const Layout& layout, const std::string& library) {
  const auto link = look(layout.at(library));
  if (!link) return "it does not exist";
  const std::string resolved = resolve_in(layout.root, library);
  if (resolved.empty()) return "it is a link to nothing";
  const auto facts = look(layout.at(resolved));
  if (const std::string problem = inspect_owner(*facts); !problem.empty()) return problem;
  return inspect_elf(layout, layout.at(resolved));
}

}  // namespace ox::cli
