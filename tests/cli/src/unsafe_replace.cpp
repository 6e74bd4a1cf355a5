// Stands in for src/cli/replace.cpp in one executable that the tests alone use: writes in place, as
// a careless tool would. The kill test must catch it, or it proves nothing about the real one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "cli/files.h"

namespace ox::cli {

void replace_file(const std::string& path, std::string_view content, Attributes attributes) {
  std::ofstream(path, std::ios::trunc) << content;
  chmod(path.c_str(), attributes.mode);
}

void replace_link(const std::string& path, const std::string& target) {
  unlink(path.c_str());
  if (symlink(target.c_str(), path.c_str()) != 0) throw refused_by_system("create", path);
}

void replace_by_hard_link(const std::string& from, const std::string& to) {
  unlink(to.c_str());
  if (link(from.c_str(), to.c_str()) != 0) throw refused_by_system("link", from);
}

void remove_file(const std::string& path) {
  unlink(path.c_str());
}

void rename_file(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw refused_by_system("replace", to);
}

void make_directories(const std::string& path) {
  if (exists(path)) return;
  make_directories(parent_of(path));
  mkdir(path.c_str(), 0755);
}

}  // namespace ox::cli
