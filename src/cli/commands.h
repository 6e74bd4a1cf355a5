// The commands. Each returns an exit code, and throws Refused where it changed nothing.
#pragma once

#include <string_view>

#include "cli/layout.h"
#include "cli/options.h"

namespace ox::cli {

int enable(const Options& options);
int disable(const Options& options);
int status(const Options& options);
int run_program(const Options& options);
int denylist(const Options& options);
int boot(const Options& options);
int rescue(const Options& options);

// Says what was done, on stdout; nothing in JSON mode.
void say(const Options& options, std::string_view line);
void complain(std::string_view line, std::string_view advice);  // on stderr
// Turns it off and remembers why: by the administrator ("") or by a tool.
void turn_off(const Layout& layout, const std::string& reason);

}  // namespace ox::cli
