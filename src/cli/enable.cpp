// Enabling. The order is the safety: nothing that programs see changes before everything else is in
// place and tried; then one rename; then a last trial, and back if it fails.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/denylist_source.h"
#include "cli/files.h"
#include "cli/inittab.h"
#include "cli/live.h"
#include "cli/preflight.h"
#include "cli/preload_file.h"
#include "cli/preload_text.h"
#include "cli/spawn.h"
#include "cli/state.h"
#include "cli/units.h"

namespace ox::cli {
namespace {

Mode mode_asked_for(const Layout& layout, const Options& options) {
  const PreloadFile file = read_preload(layout);
  if (options.mode == "boot-safe") return Mode::BootSafe;
  if (options.mode == "direct") return Mode::Direct;
  if (file.mode() != Mode::Off) return file.mode();
  return layout.has_systemd() && !has_foreign_entry(file.text) ? Mode::BootSafe : Mode::Direct;
}

void refuse_early(const Layout& layout) {
  if (!is_root()) throw Refused("only root can enable it", "Run it as root: sudo oxidalloc-enable");
  const std::string objection = read_preload(layout).objection();
  if (!objection.empty())
    throw Refused(
        layout.preload() + ": " + objection,
        "Look at who made it so, set it right (chown root:root, chmod 0644, or remove the link), "
        "then try again.");
}

const char* name_of(Check::Result result) {
  return result == Check::Result::Passed   ? "passed"
         : result == Check::Result::Failed ? "FAILED"
                                           : "skipped";
}

void print_checks(const Options& options, const std::vector<Check>& checks) {
  if (!options.verbose && !options.dry_run) return;
  for (const Check& check : checks)
    say(options, std::string("  ") + check.name + ": " + name_of(check.result) +
                     (check.detail.empty() ? "" : " (" + check.detail + ")"));
}

void print_json(const std::vector<Check>& checks, Mode mode, bool enabled) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& check : checks)
    list.push_back(
        {{"name", check.name}, {"result", name_of(check.result)}, {"detail", check.detail}});
  std::puts(nlohmann::json{{"enabled", enabled}, {"mode", cli::name_of(mode)}, {"checks", list}}
                .dump(2)
                .c_str());
}

Refused preflight_refusal(const Check& failure) {
  return Refused("the library failed the check \"" + failure.name + "\": " + failure.detail,
                 "Nothing was changed. Install a library that fits this system, or report this.");
}

std::string source_of(const Layout& layout, const Options& options) {
  const std::string source = options.rollback ? layout.previous() : layout.master;
  if (source.empty() || !exists(layout.at(source)))
    throw Refused(
        options.rollback
            ? "there is no earlier library to go back to"
            : "there is no " + std::string(options.hardened ? kHardenedName : kLibraryName) +
                  " installed",
        options.rollback ? "" : "Install the package, or name the library with --library.");
  return source;
}

// Stages and tries the library. The candidate is gone again if it fails.
std::vector<Check> try_candidate(const Layout& layout, const std::string& source) {
  // The source's own owner and mode count: the copy's are always right.
  if (const std::string problem = inspect_library(layout, source); !problem.empty())
    return {{"library file", Check::Result::Failed, source + ": " + problem}};
  stage(layout, source);
  std::vector<Check> checks = preflight(layout, layout.candidate(), Depth::Full);
  if (first_failure(checks)) unstage(layout);
  return checks;
}

// False where no init is known that would.
bool count_boots(const Layout& layout) {
  if (!layout.has_systemd()) return add_boot_lines(layout);
  add_unit_links(layout);
  return true;
}

// Returns whether boots are counted from now on: that comes before the entry.
bool put_in_place(const Layout& layout, Mode mode) {
  const bool counted = mode == Mode::BootSafe || count_boots(layout);
  if (mode == Mode::BootSafe) {
    add_unit_links(layout);
    make_directories(parent_of(layout.boot_file()));
    replace_file(layout.boot_file(), std::string(kEntry) + "\n", {});
    put_boot_link(layout);
  } else {
    put_entry(layout);
    remove_file(layout.boot_file());
  }
  remove_file(layout.refusal());
  return counted;
}

Outcome run_shell(const Layout& layout) {
  Command command;
  command.words = {"/bin/sh", "-c", "(echo ok) | cat"};
  command.root = layout.root;
  return run(command);
}

// With everything in place: do programs start, and say nothing that they did not say before?
void last_trial(const Layout& layout, const std::string& noise) {
  const Outcome outcome = run_shell(layout);
  if (outcome.succeeded() && new_lines(outcome.messages, noise).empty()) return;
  turn_off(layout, "programs did not start with it: " + outcome.describe());
  throw Refused("programs did not start with it (" + outcome.describe() + "), so it is off again",
                "Please report this.");
}

int dry_run(const Layout& layout, const Options& options, Mode mode) {
  const std::string source = source_of(layout, options);
  const std::vector<Check> checks = preflight(layout, source, Depth::Full);
  if (options.json) print_json(checks, mode, false);
  print_checks(options, checks);
  if (const Check* failure = first_failure(checks)) throw preflight_refusal(*failure);
  say(options, std::string("It would be enabled (") + cli::name_of(mode) +
                   " mode), with a copy of " + source + ".");
  return kDone;
}

// After an upgrade of the package, or of libc. Never enables; disables where the library fails.
int reconcile(const Layout& layout, const Options& options) {
  const Mode mode = read_preload(layout).mode();
  if (mode == Mode::Off) return kDone;
  const std::vector<Check> checks = try_candidate(layout, source_of(layout, options));
  if (const Check* failure = first_failure(checks)) {
    turn_off(layout, "after an upgrade the library failed the check \"" + failure->name +
                         "\": " + failure->detail);
    complain("disabled: the library failed the check \"" + failure->name + "\": " + failure->detail,
             "Programs use libc's allocator. oxidalloc-enable turns it on again.");
    return kFailed;
  }
  install_stub(layout);
  compile_denylist(layout);
  publish(layout);
  return kDone;
}

}  // namespace

int enable(const Options& options) {
  Layout layout = find_layout(options.root, options.library);
  // What is asked for now; an upgrade renews what was asked for before.
  if (!options.reconcile && options.library.empty())
    layout.master = find_master(layout, options.hardened);
  refuse_early(layout);
  const Mode mode = mode_asked_for(layout, options);
  if (options.dry_run) return dry_run(layout, options, mode);
  const Descriptor lock = lock_root(layout.root);
  refuse_early(layout);
  if (options.reconcile) return reconcile(layout, options);
  const std::vector<Check> checks = try_candidate(layout, source_of(layout, options));
  print_checks(options, checks);
  if (const Check* failure = first_failure(checks)) {
    if (options.json) print_json(checks, mode, false);
    throw preflight_refusal(*failure);
  }
  install_stub(layout);
  compile_denylist(layout);
  publish(layout);
  write_boots(layout, 0);
  const std::string noise = run_shell(layout).messages;
  const bool counted = put_in_place(layout, mode);
  last_trial(layout, noise);
  const bool hardened = options.rollback ? read_state(layout).hardened : options.hardened;
  write_state(layout, {.mode = mode, .since = now_utc(), .hardened = hardened, .reason = ""});
  if (options.json) print_json(checks, mode, true);
  say(options, std::string("Oxidalloc is on (") + cli::name_of(mode) +
                   " mode) for programs that start from now on. Undo with oxidalloc-disable.");
  if (!counted)
    say(options,
        "No init is known here that would count boots. Should one not complete: "
        "init=/usr/sbin/oxidalloc-rescue on the kernel command line.");
  return kDone;
}

}  // namespace ox::cli
