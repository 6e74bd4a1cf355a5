#include "cli/layout.h"

#include <unistd.h>

#include <array>

#include "cli/files.h"
#include "cli/state.h"

namespace ox::cli {
namespace {

#if defined(__aarch64__)
constexpr std::string_view kMultiarch = "lib/aarch64-linux-gnu";
constexpr std::string_view kMultiarch32 = "lib/arm-linux-gnueabihf";
#else
constexpr std::string_view kMultiarch = "lib/x86_64-linux-gnu";
constexpr std::string_view kMultiarch32 = "lib/i386-linux-gnu";
#endif

// What the loader of that root expands $LIB to. Where lib64 is a link to lib (Arch), it is "lib".
std::string find_libdir(const std::string& root) {
  for (std::string_view prefix : {"/usr/", "/"})
    if (exists(root + std::string(prefix) + std::string(kMultiarch) + "/libc.so.6"))
      return std::string(kMultiarch);
  const std::string lib64 = root + "/usr/lib64";
  if (exists(lib64 + "/libc.so.6") && !is_symlink(lib64)) return "lib64";
  return "lib";
}

std::string find_library(const std::string& root, const std::string& libdir,
                         std::string_view name) {
  const std::array<std::string, 6> directories{"/usr/" + libdir, "/usr/lib",
                                               "/usr/lib64",     "/usr/local/" + libdir,
                                               "/usr/local/lib", "/usr/local/lib64"};
  for (const std::string& directory : directories) {
    std::string path = directory + "/" + std::string(name);
    if (exists(root + path)) return path;
  }
  return "";
}

}  // namespace

std::string Layout::unit_link(std::string_view target, std::string_view unit) const {
  return at("/etc/systemd/system/") + std::string(target) + ".wants/" + std::string(unit);
}

std::vector<std::string> Layout::stub_directories() const {
  if (libdir == kMultiarch)
    return {"/usr/" + std::string(kMultiarch32) + "/oxidalloc", "/usr/lib32/oxidalloc"};
  if (libdir == "lib64") return {"/usr/lib/oxidalloc"};
  return {"/usr/lib32/oxidalloc"};
}

std::string Layout::helper(std::string_view name) const {
  for (std::string_view directory :
       {"/usr/libexec/oxidalloc/", "/usr/lib/oxidalloc/", "/usr/local/libexec/oxidalloc/"}) {
    std::string path = std::string(directory) + std::string(name);
    if (exists(at(path))) return path;
  }
  return "";
}

bool Layout::has_systemd() const {
  const bool installed =
      exists(at("/usr/lib/systemd/systemd")) || exists(at("/lib/systemd/systemd"));
  return is_running_system() ? exists("/run/systemd/system") : installed;
}

std::string find_master(const Layout& layout, bool hardened) {
  return find_library(layout.root, layout.libdir, hardened ? kHardenedName : kLibraryName);
}

Layout find_layout(std::string root, const std::string& library) {
  while (!root.empty() && root.back() == '/') root.pop_back();
  Layout layout;
  layout.libdir = find_libdir(root);
  layout.root = std::move(root);
  layout.master = library.empty() ? find_master(layout, read_state(layout).hardened) : library;
  return layout;
}

}  // namespace ox::cli
