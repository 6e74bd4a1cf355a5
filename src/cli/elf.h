// A reader of 64-bit ELF files that trusts no offset in them: what the preflight and the status
// ask.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ox::cli {

struct ElfFacts {
  std::string problem;  // why the file is no sound ELF file; the rest is then not to be used
  bool is_elf = false;
  bool is_64bit = false;
  bool is_shared = false;  // a library, or an executable at no fixed address
  uint16_t machine = 0;
  std::string interpreter;  // "" where there is none: a static executable, or a library
  bool is_dynamic = false;
  std::vector<std::string> needed;
  std::set<std::pair<std::string, std::string>> versions_needed;  // file, version
  std::set<std::string> versions_defined;
  std::set<std::string> symbols_defined;
};

// `with_symbols`: also collect the names of the dynamic symbols that the file defines.
ElfFacts read_elf(std::string_view content, bool with_symbols = false);

uint16_t own_machine();
// The machine also runs programs of a 32-bit architecture for which there is a stub.
bool has_32_bit_sibling();

}  // namespace ox::cli
