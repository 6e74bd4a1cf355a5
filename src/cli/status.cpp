// oxidalloc-status: the facts as text, JSON or metrics, once or over and over.
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/commands.h"
#include "cli/facts.h"

namespace ox::cli {
namespace {

struct Colours {
  const char *good = "", *bad = "", *none = "";
};
Colours colours() {
  if (!isatty(1)) return {};
  return {"\033[32m", "\033[31m", "\033[0m"};
}

std::string mib(uint64_t kib) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(kib) / 1024);
  return text;
}

void write_head(std::ostream& out, const Facts& facts) {
  const Colours colour = colours();
  out << "Oxidalloc " OX_VERSION ": " << (facts.enabled ? colour.good : "")
      << (facts.enabled ? "on" : "off") << (facts.enabled ? colour.none : "");
  if (facts.mode != Mode::Off) out << ", " << name_of(facts.mode) << " mode";
  if (!facts.state.since.empty()) out << ", since " << facts.state.since;
  out << "\nlibrary:   " << (facts.library.empty() ? "no live copy" : facts.library)
      << (facts.master.empty() ? "" : " (of " + facts.master + ")")
      << "\ndenylist:  " << facts.patterns << " patterns\n";
  for (const std::string& line : facts.drift)
    out << colour.bad << "drift:     " << line << colour.none << "\n";
  for (const std::string& line : facts.refusals)
    out << colour.bad << "refused:   " << line << colour.none << "\n";
}

void write_counts(std::ostream& out, const Facts& facts) {
  if (facts.processes.empty()) return;
  out << "processes: " << facts.processes.size() << "\n";
  for (const Kind kind : kKinds)
    if (const size_t count = facts.count(kind)) {
      out << "  " << name_of(kind) << ": " << count << ", resident " << mib(facts.rss_kib(kind));
      if (const uint64_t heap = facts.heap_kib(kind)) out << ", of it heap " << mib(heap);
      out << "\n";
    }
}

void write_process(std::ostream& out, const Process& process) {
  char line[64];
  std::snprintf(line, sizeof line, "%8d  %-11s %10s  ", process.pid, name_of(process.kind),
                mib(process.rss_kib).c_str());
  out << line << process.name << (process.why.empty() ? "" : "  (" + process.why + ")") << "\n";
}

std::string text_of(const Facts& facts, bool every_process) {
  std::ostringstream out;
  write_head(out, facts);
  write_counts(out, facts);
  for (const Process& process : facts.processes)
    if (every_process || process.kind == Kind::Passthrough || process.kind == Kind::Older)
      write_process(out, process);
  return out.str();
}

nlohmann::json json_of(const Process& process) {
  return {
      {"pid", process.pid},          {"name", process.name},       {"state", name_of(process.kind)},
      {"why", process.why},          {"version", process.version}, {"rss_kib", process.rss_kib},
      {"heap_kib", process.heap_kib}};
}

std::string json_of(const Facts& facts) {
  nlohmann::json counts = nlohmann::json::object(), processes = nlohmann::json::array();
  for (const Kind kind : kKinds) counts[name_of(kind)] = facts.count(kind);
  for (const Process& process : facts.processes) processes.push_back(json_of(process));
  return nlohmann::json{{"version", OX_VERSION},
                        {"enabled", facts.enabled},
                        {"mode", name_of(facts.mode)},
                        {"asked_for", name_of(facts.state.mode)},
                        {"since", facts.state.since},
                        {"library", facts.library},
                        {"master", facts.master},
                        {"patterns", facts.patterns},
                        {"incomplete_boots", facts.incomplete_boots},
                        {"drift", facts.drift},
                        {"refusals", facts.refusals},
                        {"counts", counts},
                        {"processes", processes}}
             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

void metric(std::ostream& out, const char* name, const char* help) {
  out << "# HELP " << name << " " << help << "\n# TYPE " << name << " gauge\n";
}

std::string metrics_of(const Facts& facts) {
  std::ostringstream out;
  metric(out, "oxidalloc_info", "Version of the tools and the mode found.");
  out << "oxidalloc_info{version=\"" OX_VERSION "\",mode=\"" << name_of(facts.mode) << "\"} 1\n";
  metric(out, "oxidalloc_enabled", "1 if programs that start now get the library.");
  out << "oxidalloc_enabled " << facts.enabled << "\n";
  metric(out, "oxidalloc_drift", "How many things are not as they were asked for.");
  out << "oxidalloc_drift " << facts.drift.size() << "\n";
  metric(out, "oxidalloc_refusals", "How many refusals stand.");
  out << "oxidalloc_refusals " << facts.refusals.size() << "\n";
  metric(out, "oxidalloc_denylist_patterns", "Patterns in the denylist.");
  out << "oxidalloc_denylist_patterns " << facts.patterns << "\n";
  metric(out, "oxidalloc_processes", "Processes by state.");
  for (const Kind kind : kKinds)
    out << "oxidalloc_processes{state=\"" << name_of(kind) << "\"} " << facts.count(kind) << "\n";
  metric(out, "oxidalloc_resident_bytes", "Resident memory of the processes by state.");
  for (const Kind kind : kKinds)
    out << "oxidalloc_resident_bytes{state=\"" << name_of(kind) << "\"} "
        << facts.rss_kib(kind) * 1024 << "\n";
  return out.str();
}

std::string rendered(const Facts& facts, const Options& options) {
  if (options.json) return json_of(facts);
  if (options.prometheus) return metrics_of(facts);
  return text_of(facts, options.verbose);
}

// The keyboard without waiting for Enter, and the screen beside the user's own, until destroyed.
class Screen {
 public:
  Screen() : has_keys_(isatty(0) && tcgetattr(0, &before_) == 0), is_screen_(isatty(1)) {
    if (has_keys_) {
      struct termios now = before_;
      now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      tcsetattr(0, TCSANOW, &now);
    }
    if (is_screen_) std::fputs("\033[?1049h\033[?25l", stdout);
  }
  ~Screen() {
    if (is_screen_) std::fputs("\033[?25h\033[?1049l", stdout);
    std::fflush(stdout);
    if (has_keys_) tcsetattr(0, TCSANOW, &before_);
  }

  void show(const std::string& text) {
    if (!is_screen_) {
      std::fputs(text.c_str(), stdout);
    } else {
      std::fputs("\033[H", stdout);
      size_t line = 0;
      for (size_t start = 0; start < text.size() && ++line < rows();) {
        const size_t end = std::min(text.find('\n', start), text.size());
        std::printf("%s\033[K\n", text.substr(start, std::min(end - start, columns())).c_str());
        start = end + 1;
      }
      std::fputs("\033[J", stdout);
    }
    std::fflush(stdout);
  }

  // False: the user wants to leave.
  bool wait(double seconds) const {
    pollfd keyboard{has_keys_ ? 0 : -1, POLLIN, 0};
    if (poll(&keyboard, 1, static_cast<int>(seconds * 1000)) <= 0) return !interrupted;
    char key = 0;
    return read(0, &key, 1) == 1 && key != 'q' && !interrupted;
  }

  static void interrupt(int) { interrupted = 1; }

 private:
  static winsize size() {
    winsize window{};
    if (ioctl(1, TIOCGWINSZ, &window) != 0 || window.ws_row == 0) window = {24, 80, 0, 0};
    return window;
  }
  static size_t rows() { return size().ws_row; }
  // Escape sequences take no column; a coloured line may be cut early, never late.
  static size_t columns() { return size().ws_col; }

  struct termios before_ {};
  bool has_keys_, is_screen_;
  static volatile std::sig_atomic_t interrupted;
};
volatile std::sig_atomic_t Screen::interrupted = 0;

int watch(const Layout& layout, const Options& options) {
  struct sigaction action {};
  action.sa_handler = Screen::interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  Screen screen;
  Options all = options;
  all.verbose = true;
  for (int frame = 1;; ++frame) {
    Facts facts = collect_facts(layout);
    std::stable_sort(facts.processes.begin(), facts.processes.end(),
                     [](const Process& a, const Process& b) { return a.rss_kib > b.rss_kib; });
    screen.show(rendered(facts, all));
    if (frame == options.frames || !screen.wait(options.interval)) return kDone;
  }
}

}  // namespace

int status(const Options& options) {
  const Layout layout = find_layout(options.root, "");
  if (options.watch) return watch(layout, options);
  const Facts facts = collect_facts(layout);
  std::fputs(rendered(facts, options).c_str(), stdout);
  return facts.drift.empty() ? kDone : kFailed;
}

}  // namespace ox::cli
