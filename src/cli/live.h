// The live copy: the library that the preload entry names. The package manager never writes it, so
// no upgrade can leave it half written. Also the copy before it, and the 32-bit stub.
#pragma once

#include <string>

#include "cli/layout.h"

namespace ox::cli {

// Copies `source` (a path inside the root) to the candidate's place, where the preflight tries it.
void stage(const Layout& layout, const std::string& source);
void unstage(const Layout& layout);
// The candidate becomes the live copy, the live copy the previous one. Nothing happens where the
// live copy is the same already.
void publish(const Layout& layout);
void install_stub(const Layout& layout);
// All copies go. The entry must be gone before.
void remove_copies(const Layout& layout);

bool same_content(const std::string& one, const std::string& other);

}  // namespace ox::cli
