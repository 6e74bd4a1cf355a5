#include "cli/facts.h"

#include <algorithm>

#include "cli/denylist_source.h"
#include "cli/files.h"
#include "cli/live.h"
#include "cli/preflight.h"
#include "cli/preload_text.h"
#include "cli/units.h"

namespace ox::cli {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

void look_at_preload(const Layout& layout, Facts& facts) {
  const PreloadFile file = read_preload(layout);
  facts.mode = file.mode();
  facts.enabled = facts.mode == Mode::Direct;
  if (facts.mode == Mode::BootSafe) {
    const std::string text = read_if_there(layout.boot_file()).value_or("");
    facts.enabled = has_our_entry(text);
    if (has_foreign_entry(text))
      facts.drift.push_back(
          std::string(kBootLink) +
          " has entries of others, which the next boot forgets: move them, or use --mode direct");
    if (!unit_links_complete(layout))
      facts.drift.push_back("the systemd units are not all enabled");
  }
  if (facts.mode == Mode::Direct && !has_our_entry(file.text))
    facts.drift.push_back("the preload file names another library than " + std::string(kEntry) +
                          ", or twice");
  const std::string objection = file.objection();
  if (!objection.empty()) facts.drift.push_back(layout.preload() + ": " + objection);
}

void compare_with_request(const Layout& layout, Facts& facts) {
  facts.state = read_state(layout);
  facts.incomplete_boots = read_boots(layout);
  if (facts.state.mode != facts.mode)
    facts.drift.push_back(std::string("asked for: ") + name_of(facts.state.mode) +
                          ", found: " + name_of(facts.mode));
  if (!facts.state.reason.empty()) facts.refusals.push_back("disabled: " + facts.state.reason);
  if (const auto refusal = read_if_there(layout.refusal()))
    facts.refusals.push_back("off for this boot: " + first_line(*refusal));
  if (facts.mode == Mode::BootSafe && !facts.enabled && facts.refusals.empty() &&
      layout.is_running_system())
    facts.drift.push_back("the entry is not in place, and no boot has said why");
}

void look_at_library(const Layout& layout, Facts& facts) {
  facts.master = layout.master;
  if (exists(layout.at(layout.live()))) facts.library = layout.live();
  if (facts.mode == Mode::Off) return;
  const std::string problem = inspect_library(layout, layout.live());
  if (!problem.empty()) facts.drift.push_back("the live copy: " + problem);
  if (!facts.library.empty() && !layout.master.empty() &&
      !same_content(layout.at(layout.live()), layout.at(layout.master)))
    facts.drift.push_back(
        "the live copy is not the package's library: run oxidalloc-enable to renew it");
}

void look_at_denylist(const Layout& layout, Facts& facts) {
  const DenylistSource source = read_denylist(layout);
  facts.patterns = source.patterns.size();
  for (const std::string& problem : source.problems) facts.drift.push_back(problem);
  if (facts.mode != Mode::Off && !compiled_is_current(layout))
    facts.drift.push_back(
        "the compiled denylist is missing, damaged or out of date: run oxidalloc-denylist compile");
}

template <typename Value>
uint64_t sum(const std::vector<Process>& processes, Kind kind, Value value) {
  uint64_t total = 0;
  for (const Process& process : processes)
    if (process.kind == kind) total += value(process);
  return total;
}

}  // namespace

size_t Facts::count(Kind kind) const {
  return sum(processes, kind, [](const Process&) { return 1u; });
}
uint64_t Facts::rss_kib(Kind kind) const {
  return sum(processes, kind, [](const Process& process) { return process.rss_kib; });
}
uint64_t Facts::heap_kib(Kind kind) const {
  return sum(processes, kind, [](const Process& process) { return process.heap_kib; });
}

Facts collect_facts(const Layout& layout) {
  Facts facts;
  look_at_preload(layout, facts);
  compare_with_request(layout, facts);
  look_at_library(layout, facts);
  look_at_denylist(layout, facts);
  if (layout.is_running_system()) facts.processes = all_processes(layout);
  return facts;
}

}  // namespace ox::cli
