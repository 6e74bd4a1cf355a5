// A child process with a clean environment, a deadline, and its output collected.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ox::cli {

struct Outcome {
  int status = 0;  // as from wait(), when neither of the others
  bool timed_out = false;
  std::string error;     // it could not be started
  std::string output;    // stdout, the first 64 KiB
  std::string messages;  // stderr, likewise

  bool succeeded() const;
  std::string describe() const;  // "exit status 3", "killed by SIGSEGV", "no end within 20 s"
};

struct Command {
  std::vector<std::string> words;  // the first is a path as seen inside the root
  std::string root;                // chroot there first, if not ""
  unsigned run_as = 0;             // user and group
  int seconds = 20;
  std::function<bool()> prepare;  // in the child, before chroot; false: give up (exit 125)
};

Outcome run(const Command& command);

// The lines of `messages` that do not occur in `known`, what the system prints anyway.
std::string new_lines(const std::string& messages, const std::string& known);

}  // namespace ox::cli
