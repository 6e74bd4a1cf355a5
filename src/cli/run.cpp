// oxidalloc-run: one command with the library, or without. Needs no privilege.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/commands.h"
#include "cli/files.h"

namespace ox::cli {
namespace {

constexpr int kCannotRun = 126, kNotFound = 127;

void prefer(const std::string& library) {
  const char* others = std::getenv("LD_PRELOAD");
  setenv("LD_PRELOAD", (others && *others ? library + ":" + others : library).c_str(), 1);
  unsetenv("OX_DISABLE");
}

std::string library_for(const Options& options) {
  if (!options.library.empty()) {
    if (access(options.library.c_str(), R_OK) != 0)
      throw refused_by_system("read", options.library);
    return options.library.starts_with('/') ? options.library : "./" + options.library;
  }
  const Layout layout = find_layout("", "");
  if (exists(layout.live())) return layout.live();
  if (layout.master.empty())
    throw Refused("the library is not installed",
                  "Name it with --library, or install the package.");
  return layout.master;
}

}  // namespace

int run_program(const Options& options) {
  if (options.system_malloc)
    setenv("OX_DISABLE", "1", 1);
  else
    prefer(library_for(options));
  if (!options.profile.empty()) setenv("OX_PROFILE", options.profile.c_str(), 1);
  if (options.statistics) setenv("OX_STATS", "1", 1);
  std::vector<char*> words;
  for (const std::string& word : options.command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  const int code = errno == ENOENT ? kNotFound : kCannotRun;
  complain(options.command.front() + ": " + std::strerror(errno), "");
  return code;
}

}  // namespace ox::cli
