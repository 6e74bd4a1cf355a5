#include "cli/elf.h"

#include <elf.h>

#include <cstring>
#include <optional>

namespace ox::cli {
namespace {

struct Damaged {
  const char* what;
};

class Reader {
 public:
  Reader(std::string_view content, ElfFacts& facts) : content_(content), facts_(facts) {}

  void read(bool with_symbols) {
    header();
    segments();
    if (!dynamic_.empty()) dynamic(with_symbols);
  }

 private:
  template <typename T>
  T at(uint64_t offset) const {
    if (offset > content_.size() || content_.size() - offset < sizeof(T))
      throw Damaged{"it is truncated: an offset points past its end"};
    T value;
    std::memcpy(&value, content_.data() + offset, sizeof value);
    return value;
  }

  std::string text(uint64_t offset) const {
    if (offset >= content_.size()) throw Damaged{"it is truncated: a name lies past its end"};
    const size_t end = content_.find('\0', offset);
    if (end == std::string_view::npos) throw Damaged{"it is truncated within a name"};
    return std::string(content_.substr(offset, end - offset));
  }

  void header() {
    if (content_.size() < EI_NIDENT || std::memcmp(content_.data(), ELFMAG, SELFMAG) != 0)
      throw Damaged{"it is not an ELF file"};
    facts_.is_elf = true;
    facts_.is_64bit = content_[EI_CLASS] == ELFCLASS64;
    facts_.machine = at<uint16_t>(offsetof(Elf64_Ehdr, e_machine));
    facts_.is_shared = at<uint16_t>(offsetof(Elf64_Ehdr, e_type)) == ET_DYN;
    if (!facts_.is_64bit) throw Damaged{"it is a 32-bit file"};
    header_ = at<Elf64_Ehdr>(0);
    // Nothing that runs needs the table of sections; it stands at the end, so its lack shows a
    // truncation.
    const uint64_t sections = uint64_t{header_.e_shnum} * header_.e_shentsize;
    if (header_.e_shoff > content_.size() || content_.size() - header_.e_shoff < sections)
      throw Damaged{"it is truncated: its table of sections lies past its end"};
  }

  void segments() {
    for (unsigned i = 0; i < header_.e_phnum; ++i) {
      const auto segment = at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr));
      if (segment.p_offset > content_.size() ||
          content_.size() - segment.p_offset < segment.p_filesz)
        throw Damaged{"it is truncated: a segment lies past its end"};
      if (segment.p_type == PT_LOAD) loads_.push_back(segment);
      if (segment.p_type == PT_INTERP) facts_.interpreter = text(segment.p_offset);
      if (segment.p_type == PT_DYNAMIC) read_dynamic_entries(segment);
    }
  }

  void read_dynamic_entries(const Elf64_Phdr& segment) {
    facts_.is_dynamic = true;
    for (uint64_t i = 0; i < segment.p_filesz / sizeof(Elf64_Dyn); ++i) {
      const auto entry = at<Elf64_Dyn>(segment.p_offset + i * sizeof(Elf64_Dyn));
      if (entry.d_tag == DT_NULL) break;
      dynamic_.push_back(entry);
    }
  }

  uint64_t file_offset(uint64_t address) const {
    for (const Elf64_Phdr& load : loads_)
      if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
        return load.p_offset + (address - load.p_vaddr);
    throw Damaged{"its dynamic section points outside its segments"};
  }

  std::optional<uint64_t> value_of(int64_t tag) const {
    for (const Elf64_Dyn& entry : dynamic_)
      if (entry.d_tag == tag) return entry.d_un.d_val;
    return std::nullopt;
  }

  void dynamic(bool with_symbols) {
    const auto strings = value_of(DT_STRTAB);
    if (!strings) return;
    strings_ = file_offset(*strings);
    for (const Elf64_Dyn& entry : dynamic_)
      if (entry.d_tag == DT_NEEDED) facts_.needed.push_back(text(strings_ + entry.d_un.d_val));
    versions_needed();
    versions_defined();
    if (with_symbols) symbols();
  }

  void versions_needed() {
    const auto address = value_of(DT_VERNEED);
    uint64_t offset = address ? file_offset(*address) : 0;
    for (uint64_t left = value_of(DT_VERNEEDNUM).value_or(0); address && left > 0; --left) {
      const auto file = at<Elf64_Verneed>(offset);
      const std::string name = text(strings_ + file.vn_file);
      uint64_t next = offset + file.vn_aux;
      for (unsigned i = 0; i < file.vn_cnt; ++i) {
        const auto version = at<Elf64_Vernaux>(next);
        facts_.versions_needed.emplace(name, text(strings_ + version.vna_name));
        next += version.vna_next;
      }
      offset += file.vn_next;
    }
  }

  void versions_defined() {
    const auto address = value_of(DT_VERDEF);
    uint64_t offset = address ? file_offset(*address) : 0;
    for (uint64_t left = value_of(DT_VERDEFNUM).value_or(0); address && left > 0; --left) {
      const auto version = at<Elf64_Verdef>(offset);
      const auto name = at<Elf64_Verdaux>(offset + version.vd_aux);
      facts_.versions_defined.insert(text(strings_ + name.vda_name));
      offset += version.vd_next;
    }
  }

  // The symbol table has no length of its own: it ends where the string table begins, in every
  // linker's output; a GNU hash table would tell for sure at ten times the code.
  void symbols() {
    const auto address = value_of(DT_SYMTAB);
    if (!address) return;
    const uint64_t start = file_offset(*address);
    for (uint64_t offset = start; offset + sizeof(Elf64_Sym) <= strings_;
         offset += sizeof(Elf64_Sym)) {
      const auto symbol = at<Elf64_Sym>(offset);
      if (symbol.st_shndx == SHN_UNDEF || symbol.st_name == 0) continue;
      facts_.symbols_defined.insert(text(strings_ + symbol.st_name));
    }
  }

  std::string_view content_;
  ElfFacts& facts_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> loads_;
  std::vector<Elf64_Dyn> dynamic_;
  uint64_t strings_ = 0;
};

}  // namespace

ElfFacts read_elf(std::string_view content, bool with_symbols) {
  ElfFacts facts;
  try {
    Reader(content, facts).read(with_symbols);
  } catch (const Damaged& damage) {
    facts.problem = damage.what;
  }
  return facts;
}

uint16_t own_machine() {
#if defined(__aarch64__)
  return EM_AARCH64;
#else
  return EM_X86_64;
#endif
}

bool has_32_bit_sibling() {
  return own_machine() == EM_X86_64;
}

}  // namespace ox::cli
