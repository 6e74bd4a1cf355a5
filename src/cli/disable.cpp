// Disabling: first the entry, in one step; whatever follows may fail without doing harm.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <cstdio>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/inittab.h"
#include "cli/live.h"
#include "cli/preload_file.h"
#include "cli/state.h"
#include "cli/units.h"

namespace ox::cli {
namespace {

void purge(const Layout& layout) {
  remove_copies(layout);
  for (const std::string& name : names_in(layout.deny_local(), ".conf"))
    remove_file(layout.deny_local() + "/" + name);
  for (const std::string& path :
       {layout.state(), layout.boot_counter(), layout.deny_compiled(), layout.refusal()})
    remove_file(path);
  rmdir(layout.deny_local().c_str());
  rmdir(layout.config().c_str());
}

void report(const Options& options, const PreloadFile& before) {
  const bool was_on = before.mode() != Mode::Off;
  if (options.json)
    std::puts(nlohmann::json{{"was", name_of(before.mode())}, {"enabled", false}}.dump().c_str());
  say(options, was_on ? "Oxidalloc is off: programs that start from now on use libc's allocator."
                      : "Oxidalloc was off already.");
}

}  // namespace

void turn_off(const Layout& layout, const std::string& reason) {
  take_entry(layout);
  try {
    remove_unit_links(layout);
    remove_boot_lines(layout);
    remove_file(layout.boot_file());
    State state = read_state(layout);
    if (state.mode == Mode::Off && reason.empty() && state.reason.empty()) return;
    state = {.mode = Mode::Off, .since = now_utc(), .reason = reason};
    write_state(layout, state);
  } catch (const Refused& problem) {
    complain(std::string("it is off, yet not all could be tidied up: ") + problem.what(), "");
  }
}

int disable(const Options& options) {
  const Layout layout = find_layout(options.root, "");
  const PreloadFile before = read_preload(layout);
  if (options.dry_run) {
    say(options, before.mode() == Mode::Off
                     ? "It is off: nothing would be done."
                     : "The entry would be taken out of " + layout.preload() + ".");
    return kDone;
  }
  if (!is_root())
    throw Refused("only root can disable it", "Run it as root: sudo oxidalloc-disable");
  const Descriptor lock = lock_root(layout.root);
  turn_off(layout, "");
  if (options.purge) purge(layout);
  report(options, before);
  return kDone;
}

}  // namespace ox::cli
