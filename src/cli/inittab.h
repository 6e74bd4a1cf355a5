// Two lines in /etc/inittab count the boots where init is sysvinit's: init starts them itself, so
// that no shell need work. Direct mode's counterpart of the systemd units.
#pragma once

#include <string>

#include "cli/layout.h"

namespace ox::cli {

// Pure: everything that is not a line of ours stays byte for byte.
std::string with_boot_lines(const std::string& text);
std::string without_boot_lines(const std::string& text);

// False where there is no such file: nothing counts boots then.
bool add_boot_lines(const Layout& layout);
void remove_boot_lines(const Layout& layout);

}  // namespace ox::cli
