// The boot: what the units run, and the rescue. None of it may stop a boot.
#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/preflight.h"
#include "cli/preload_file.h"
#include "cli/state.h"

namespace ox::cli {
namespace {

constexpr char kTooManyBoots[] = "two boots in a row did not complete";
constexpr char kSwitchedOff[] = "oxidalloc=off on the kernel command line";

bool has_word(std::string text, std::string_view word) {
  for (char& c : text)
    if (c == '\0' || c == '\n') c = ' ';
  return (" " + text + " ").find(" " + std::string(word) + " ") != std::string::npos;
}

// The kernel's words; in a container those of its init.
bool switched_off() {
  for (const char* path : {"/proc/cmdline", "/proc/1/cmdline"})
    if (const auto text = read_if_there(path); text && has_word(*text, "oxidalloc=off"))
      return true;
  return false;
}

std::string reason_against(const Layout& layout) {
  if (switched_off()) return kSwitchedOff;
  if (read_boots(layout) >= kMostIncompleteBoots) return kTooManyBoots;
  const auto checks = preflight(layout, layout.live(), Depth::Quick);
  if (const Check* failure = first_failure(checks))
    return "the library failed the check \"" + failure->name + "\": " + failure->detail;
  return "";
}

// Before every service: boot-safe mode's file in /run. /etc may still be read-only.
int place(const Layout& layout) {
  if (read_preload(layout).mode() != Mode::BootSafe) return kDone;
  make_directories(parent_of(layout.boot_file()));
  const std::string reason = reason_against(layout);
  if (!reason.empty()) {
    remove_file(layout.boot_file());
    replace_file(layout.refusal(), reason + "\n", {});
    complain("off for this boot: " + reason, "");
    return kDone;
  }
  remove_file(layout.refusal());
  replace_file(layout.boot_file(), std::string(kEntry) + "\n", {});
  return kDone;
}

// Once /etc can be written. In direct mode this is also where oxidalloc=off takes effect.
int count(const Layout& layout) {
  const Mode mode = read_preload(layout).mode();
  if (mode == Mode::Off) return kDone;
  const int boots = read_boots(layout) + 1;
  if (boots > kMostIncompleteBoots) {
    turn_off(layout, kTooManyBoots);
    complain(std::string("disabled: ") + kTooManyBoots, "oxidalloc-enable turns it on again.");
    return kDone;
  }
  if (mode == Mode::Direct && switched_off()) {
    turn_off(layout, kSwitchedOff);
    return kDone;
  }
  write_boots(layout, boots);
  return kDone;
}

void prepare_as_init() {
  mount("proc", "/proc", "proc", 0, nullptr);
  if (mount(nullptr, "/", nullptr, MS_REMOUNT, nullptr) != 0)
    complain("cannot make / writable", "");
}

[[noreturn]] void become_init(const Options& options) {
  sync();
  for (const char* path : {"/sbin/init", "/usr/lib/systemd/systemd", "/bin/sh"}) {
    std::vector<char*> words{const_cast<char*>(path)};
    for (const std::string& word : options.command)
      words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execv(path, words.data());
  }
  for (;;) pause();
}

}  // namespace

int boot(const Options& options) {
  const Layout layout = find_layout(options.root, "");
  const Descriptor lock = lock_root(layout.root);
  if (options.action == "place") return place(layout);
  if (options.action == "count") return count(layout);
  write_boots(layout, 0);
  return kDone;
}

int rescue(const Options& options) {
  const bool as_init = getpid() == 1;
  if (as_init) prepare_as_init();
  int exit_code = kDone;
  try {
    const Layout layout = find_layout(options.root, "");
    turn_off(layout, "oxidalloc-rescue was run");
    complain("disabled by oxidalloc-rescue", "");
  } catch (const std::exception& failure) {
    complain(failure.what(), "");
    exit_code = kFailed;
  }
  if (as_init) become_init(options);
  return exit_code;
}

}  // namespace ox::cli
