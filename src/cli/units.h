// The systemd units' place in the boot, as links under /etc/systemd/system: works on offline roots
// too.
#pragma once

#include "cli/layout.h"

namespace ox::cli {

void add_unit_links(const Layout& layout);
void remove_unit_links(const Layout& layout);
bool unit_links_complete(const Layout& layout);

}  // namespace ox::cli
