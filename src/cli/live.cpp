#include "cli/live.h"

#include <unistd.h>

#include "cli/files.h"

namespace ox::cli {

void stage(const Layout& layout, const std::string& source) {
  make_directories(layout.at(layout.live_directory()));
  replace_file(layout.at(layout.candidate()), read_whole(layout.at(source)), {});
}

void unstage(const Layout& layout) {
  remove_file(layout.at(layout.candidate()));
}

void publish(const Layout& layout) {
  const std::string live = layout.at(layout.live()), candidate = layout.at(layout.candidate());
  if (same_content(live, candidate)) return unstage(layout);
  if (exists(live)) replace_by_hard_link(live, layout.at(layout.previous()));
  rename_file(candidate, live);
}

void install_stub(const Layout& layout) {
  const std::string stub = layout.helper("liboxidalloc-stub32.so");
  if (stub.empty()) return;
  const std::string content = read_whole(layout.at(stub));
  for (const std::string& directory : layout.stub_directories()) {
    const std::string path = layout.at(directory) + "/" + std::string(kLibraryName);
    if (read_if_there(path) == content) continue;
    make_directories(layout.at(directory));
    replace_file(path, content, {});
  }
}

void remove_copies(const Layout& layout) {
  for (const std::string& path : {layout.live(), layout.previous(), layout.candidate()})
    remove_file(layout.at(path));
  rmdir(layout.at(layout.live_directory()).c_str());
  for (const std::string& directory : layout.stub_directories()) {
    remove_file(layout.at(directory) + "/" + std::string(kLibraryName));
    // The parent may exist for the stub's sake alone; a directory in use is not empty and stays.
    if (rmdir(layout.at(directory).c_str()) == 0 && parent_of(directory) != "/usr/lib")
      rmdir(layout.at(parent_of(directory)).c_str());
  }
}

bool same_content(const std::string& one, const std::string& other) {
  const auto first = read_if_there(one), second = read_if_there(other);
  return first && second && *first == *second;
}

}  // namespace ox::cli
