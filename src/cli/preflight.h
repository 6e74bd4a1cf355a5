// Everything that is tried before a library may go into the preload file.
#pragma once

#include <string>
#include <vector>

#include "cli/layout.h"

namespace ox::cli {

struct Check {
  enum class Result { Passed, Failed, Skipped };
  std::string name;
  Result result = Result::Passed;
  std::string detail;  // why it failed or was skipped
};

enum class Depth {
  Quick,  // at boot: the file itself, a shell, the self-test
  Full,
};

// `library`: a path inside the root.
std::vector<Check> preflight(const Layout& layout, const std::string& library, Depth depth);
const Check* first_failure(const std::vector<Check>& checks);

// The file's own properties: type, owner, mode, ELF, dependencies, versions. "" if all is well.
std::string inspect_library(const Layout& layout, const std::string& library);

}  // namespace ox::cli
