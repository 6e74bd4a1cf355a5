#include "cli/options.h"

#include <CLI/CLI.hpp>

namespace ox::cli {
namespace {

void add_root(CLI::App& app, Options& options) {
  app.add_option("--root", options.root,
                 "Work on the system in this directory, not on the running one")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory);
}
void add_json(CLI::App& app, Options& options) {
  app.add_flag("--json", options.json, "Print JSON");
}
void add_dry_run(CLI::App& app, Options& options) {
  app.add_flag("--dry-run", options.dry_run,
               "Check everything, say what would be done, change nothing");
}

void enable_options(CLI::App& app, Options& options) {
  app.description(
      "Run every program on Oxidalloc.\n"
      "Tries the library in real programs first; refuses, and changes nothing, if one of them "
      "fails.");
  add_root(app, options);
  add_json(app, options);
  add_dry_run(app, options);
  app.add_flag("-v,--verbose", options.verbose, "Print every check");
  app.add_option("--mode", options.mode,
                 "boot-safe: a systemd unit puts the entry in place at every boot, after a check;\n"
                 "direct: the entry stands in /etc/ld.so.preload; auto: boot-safe where it can be")
      ->check(CLI::IsMember({"auto", "boot-safe", "direct"}))
      ->capture_default_str();
  auto* library = app.add_option("--library", options.library, "Another library than the package's")
                      ->type_name("FILE");
  app.add_flag("--hardened", options.hardened,
               "The hardened library: finds more bugs, for certain; takes more time and memory")
      ->excludes(library);
  auto* rollback =
      app.add_flag("--rollback", options.rollback, "Go back to the library in use before this one");
  app.add_flag("--reconcile", options.reconcile,
               "For package managers, after an upgrade: renew the live copy if enabled, else do "
               "nothing;\n"
               "disable if the new library fails the checks")
      ->excludes(rollback);
}

void disable_options(CLI::App& app, Options& options) {
  app.description(
      "Stop running programs on Oxidalloc. Programs that run already keep it until they end.");
  add_root(app, options);
  add_json(app, options);
  add_dry_run(app, options);
  app.add_flag("--purge", options.purge,
               "Also remove the live copies, the state and the local denylist");
}

void status_options(CLI::App& app, Options& options) {
  app.description(
      "Say what is true: on or off, which library, which processes. Exits with 1 on drift.");
  add_root(app, options);
  add_json(app, options);
  app.add_flag("-v,--verbose", options.verbose, "List every process");
  app.add_flag("--prometheus", options.prometheus,
               "Print metrics for node_exporter's textfile collector");
  app.add_flag("--watch", options.watch, "Go on, refreshing in place; q or Ctrl-C ends it");
  app.add_option("--interval", options.interval, "Seconds between refreshes")
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--frames", options.frames, "End after so many refreshes");
}

void run_options(CLI::App& app, Options& options) {
  app.description(
      "Run one command on Oxidalloc, or on libc's allocator where Oxidalloc is enabled.");
  auto* system_malloc = app.add_flag("--system-malloc", options.system_malloc,
                                     "On libc's allocator; needs no privilege");
  app.add_option(
         "--profile", options.profile,
         "Write a heap profile to FILE when the command ends; %p in the name is the number\n"
         "of the process. FILE:RATE samples a block for about every RATE bytes (512K)")
      ->type_name("FILE[:RATE]")
      ->excludes(system_malloc);
  app.add_flag("--stats", options.statistics,
               "Print the heap's figures to standard error when the command ends")
      ->excludes(system_malloc);
  app.add_option("--library", options.library, "Another library than the installed one")
      ->type_name("FILE");
  app.add_option("command", options.command, "The command and its arguments")->required();
  app.prefix_command(false);
  app.positionals_at_end();
}

void denylist_options(CLI::App& app, Options& options) {
  app.description(
      "Which programs stay on libc's allocator.\n"
      "A pattern is a path, a glob (* within a folder, ** across, ?), or a bare program name.");
  app.require_subcommand(1);
  const auto action = [&](const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->parse_complete_callback([&options, name] { options.action = name; });
    add_root(*sub, options);
    return sub;
  };
  CLI::App* add = action("add", "Deny a program from its next start on");
  add->add_option("pattern", options.pattern, "Path, glob or name")->required();
  add->add_option("--reason", options.reason, "Why, for those who come after you");
  CLI::App* remove = action("remove", "Take a pattern out; a shipped one is overruled");
  remove->add_option("pattern", options.pattern, "Exactly as listed")->required();
  add_json(*action("list", "Print all patterns, where they stand, and why"), options);
  CLI::App* explain = action("explain", "Say whether a program is denied, and by which line");
  explain->add_option("path", options.pattern, "The program's path")->required();
  add_json(*explain, options);
  action("compile", "Bring the compiled list up to date after editing files by hand");
}

void boot_options(CLI::App& app, Options& options) {
  app.description("What the systemd units run: place, count, complete.");
  add_root(app, options);
  app.add_option("step", options.action)
      ->required()
      ->check(CLI::IsMember({"place", "count", "complete"}));
}

void rescue_options(CLI::App& app, Options& options) {
  app.description(
      "Disable, whatever state the system is in. As init=/usr/sbin/oxidalloc-rescue on the kernel\n"
      "command line: disables, then starts the real init.");
  add_root(app, options);
}

using Setup = void (*)(CLI::App&, Options&);
struct Tool {
  const char* name;
  Setup setup;
};
constexpr Tool kTools[] = {{"enable", enable_options},     {"disable", disable_options},
                           {"status", status_options},     {"run", run_options},
                           {"denylist", denylist_options}, {"boot", boot_options},
                           {"rescue", rescue_options}};

}  // namespace

bool parse_options(const std::string& tool, int count, char** words, Options& options,
                   int& exit_code) {
  CLI::App app("", "oxidalloc-" + tool);
  for (const Tool& candidate : kTools)
    if (tool == candidate.name) candidate.setup(app, options);
  app.set_version_flag("--version", "oxidalloc " OX_VERSION);
  app.footer("Exit codes: 0 done, 1 refused or failed, 2 wrong usage; see the tool's man page.");
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? kDone : kUsage;
    return false;
  }
  return true;
}

}  // namespace ox::cli
