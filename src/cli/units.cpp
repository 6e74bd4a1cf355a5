#include "cli/units.h"

#include <unistd.h>

#include "cli/files.h"

namespace ox::cli {
namespace {

struct Unit {
  const char* target;
  const char* name;
};
constexpr Unit kUnits[] = {{"sysinit.target", "oxidalloc.service"},
                           {"sysinit.target", "oxidalloc-count.service"},
                           {"multi-user.target", "oxidalloc-complete.service"}};

std::string file_of(const Layout& layout, const Unit& unit) {
  for (const char* directory : {"/usr/lib/systemd/system/", "/lib/systemd/system/"}) {
    std::string path = std::string(directory) + unit.name;
    if (exists(layout.at(path))) return path;
  }
  throw Refused(std::string("the unit ") + unit.name + " is not installed",
                "Install it, or use --mode direct.");
}

}  // namespace

void add_unit_links(const Layout& layout) {
  for (const Unit& unit : kUnits) {
    const std::string link = layout.unit_link(unit.target, unit.name);
    const std::string file = file_of(layout, unit);
    if (link_target(link) == file) continue;
    make_directories(parent_of(link));
    replace_link(link, file);
  }
}

void remove_unit_links(const Layout& layout) {
  for (const Unit& unit : kUnits) {
    const std::string link = layout.unit_link(unit.target, unit.name);
    if (!is_symlink(link)) continue;
    remove_file(link);
    rmdir(parent_of(link).c_str());  // where we were the only one
  }
}

bool unit_links_complete(const Layout& layout) {
  for (const Unit& unit : kUnits)
    if (!is_symlink(layout.unit_link(unit.target, unit.name))) return false;
  return true;
}

}  // namespace ox::cli
