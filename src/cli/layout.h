// Every path the tools know, under a root directory ("" is the running system).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ox::cli {

// What stands in the preload file. The loader expands $LIB, so that 32-bit programs find the stub.
inline constexpr std::string_view kEntry = "/usr/$LIB/oxidalloc/liboxidalloc.so";
inline constexpr std::string_view kLibraryName = "liboxidalloc.so";
inline constexpr std::string_view kHardenedName = "liboxidalloc-hardened.so";
// Where the preload file points to in boot-safe mode.
inline constexpr std::string_view kBootLink = "/run/oxidalloc/ld.so.preload";

struct Layout {
  std::string root;    // "" or an absolute directory without a slash at its end
  std::string libdir;  // what $LIB is for 64-bit programs: "lib/x86_64-linux-gnu", "lib64", "lib"
  std::string
      master;  // the package's library, "" if there is none (a path as seen inside the root)

  std::string at(std::string_view path) const { return root + std::string(path); }
  bool is_running_system() const { return root.empty(); }

  std::string preload() const { return at("/etc/ld.so.preload"); }
  std::string boot_file() const { return at(kBootLink); }
  std::string refusal() const { return at("/run/oxidalloc/refused"); }
  std::string config() const { return at("/etc/oxidalloc"); }
  std::string state() const { return config() + "/state.json"; }
  std::string boot_counter() const { return config() + "/boots"; }
  std::string deny_shipped() const { return at("/usr/share/oxidalloc/denylist.d"); }
  std::string deny_local() const { return config() + "/denylist.d"; }
  std::string deny_compiled() const { return config() + "/denylist.bin"; }
  std::string unit_link(std::string_view target, std::string_view unit) const;

  std::string live_directory() const { return "/usr/" + libdir + "/oxidalloc"; }
  std::string live() const { return live_directory() + "/" + std::string(kLibraryName); }
  std::string previous() const { return live() + ".previous"; }
  std::string candidate() const { return live_directory() + "/.candidate.so"; }

  // Where the 32-bit loader may look for the stub.
  std::vector<std::string> stub_directories() const;
  // The first of our helper files that exists in the root: libexec/oxidalloc/NAME, "" if none does.
  std::string helper(std::string_view name) const;
  bool has_systemd() const;
};

// The package's library of that build, "" if it is not installed.
std::string find_master(const Layout& layout, bool hardened);

// `library`: a master other than the package's, "" for that: of the build that is recorded.
Layout find_layout(std::string root, const std::string& library);

}  // namespace ox::cli
