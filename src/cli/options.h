// The command lines of all tools. options.cpp alone knows the parser.
#pragma once

#include <string>
#include <vector>

namespace ox::cli {

enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

struct Options {
  std::string root;
  bool json = false;
  bool dry_run = false;
  bool verbose = false;
  // enable
  std::string mode = "auto";
  std::string library;
  bool hardened = false;
  bool rollback = false;
  bool reconcile = false;
  // disable
  bool purge = false;
  // status
  bool prometheus = false;
  bool watch = false;
  double interval = 2;
  int frames = 0;  // of --watch; 0: without end
  // run
  bool system_malloc = false;
  std::string profile;
  bool statistics = false;
  std::vector<std::string> command;
  // denylist
  std::string action;
  std::string pattern;
  std::string reason;
};

// True: go on. False: the program ends with `exit_code` (help, version, wrong usage).
bool parse_options(const std::string& tool, int count, char** words, Options& options,
                   int& exit_code);

}  // namespace ox::cli
