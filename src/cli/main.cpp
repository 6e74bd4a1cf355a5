// One executable, several names: oxidalloc-enable is the same as `oxidalloc enable`.
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/files.h"

namespace ox::cli {
namespace {

struct Entry {
  const char* name;
  int (*function)(const Options&);
  const char* help;
};
constexpr Entry kCommands[] = {
    {"enable", enable, "run every program on Oxidalloc"},
    {"disable", disable, "undo that"},
    {"status", status, "say what is true"},
    {"run", run_program, "run one command with the library, or without"},
    {"denylist", denylist, "which programs stay on libc's allocator"},
    {"rescue", rescue, "disable, whatever state the system is in"},
    {"boot", boot, "what the systemd units run"},
};

void usage(FILE* stream) {
  std::fputs("usage: oxidalloc COMMAND [OPTION...]\n\n", stream);
  for (const Entry& entry : kCommands) std::fprintf(stream, "  %-10s %s\n", entry.name, entry.help);
  std::fputs("\nEach is also a program of its own, as oxidalloc-enable; --help says more.\n",
             stream);
}

// "enable" of "/usr/sbin/oxidalloc-enable"; "" of "oxidalloc".
std::string command_in_name(const std::string& called) {
  const std::string name = called.substr(called.rfind('/') + 1);
  const std::string prefix = "oxidalloc-";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : "";
}

int call(const Entry& entry, int count, char** words) {
  Options options;
  int exit_code = kDone;
  // As init the words are the kernel's: none of them is for us.
  const bool as_init = getpid() == 1 && std::string(entry.name) == "rescue";
  if (as_init) {
    options.command.assign(words + 1, words + count);
    return entry.function(options);
  }
  if (!parse_options(entry.name, count, words, options, exit_code)) return exit_code;
  try {
    return entry.function(options);
  } catch (const Refused& refusal) {
    complain(refusal.what(), refusal.advice);
  } catch (const std::exception& failure) {
    complain(failure.what(), "");
  }
  return kFailed;
}

int dispatch(int count, char** words) {
  std::string name = count > 0 ? command_in_name(words[0]) : "";
  if (name.empty() && count > 1) {
    name = words[1];
    --count;
    ++words;
  }
  for (const Entry& entry : kCommands)
    if (name == entry.name) return call(entry, count, words);
  if (name == "--version") return std::puts("oxidalloc " OX_VERSION), kDone;
  usage(name == "--help" ? stdout : stderr);
  return name == "--help" ? kDone : kUsage;
}

}  // namespace

void say(const Options& options, std::string_view line) {
  if (!options.json) std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

void complain(std::string_view line, std::string_view advice) {
  std::fflush(stdout);  // in the order in which it was said
  const bool colour = isatty(2);
  std::fprintf(stderr, "%soxidalloc:%s %.*s\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "",
               static_cast<int>(line.size()), line.data());
  if (!advice.empty())
    std::fprintf(stderr, "oxidalloc: %.*s\n", static_cast<int>(advice.size()), advice.data());
}

}  // namespace ox::cli

int main(int count, char** words) {
  return ox::cli::dispatch(count, words);
}
