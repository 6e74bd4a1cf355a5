#include "api/next_symbol.h"

#include <link.h>

#include <cstdint>

namespace ox {
namespace {

// What a look-up needs of an object's dynamic section. Its addresses are absolute where the loader
// has relocated them, and offsets where it has not (the vDSO).
class Symbols {
 public:
  explicit Symbols(const dl_phdr_info& object) : base_(object.dlpi_addr) {
    for (int i = 0; i < object.dlpi_phnum; ++i)
      if (object.dlpi_phdr[i].p_type == PT_DYNAMIC) read(base_ + object.dlpi_phdr[i].p_vaddr);
  }

  // nullptr: not defined there. The layout of DT_GNU_HASH:
  //   buckets, first symbol, filter words, shift; filter words; buckets; hashes of the symbols
  void* find(const char* name) const {
    if (!hash_ || !symbols_ || !strings_) return nullptr;
    const uint32_t bucket_count = hash_[0], first = hash_[1], filter_words = hash_[2];
    const uint32_t* buckets = hash_ + 4 + filter_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
    const uint32_t* hashes = buckets + bucket_count;
    const uint32_t wanted = hash_of(name);
    uint32_t index = bucket_count ? buckets[wanted % bucket_count] : 0;
    if (index < first) return nullptr;
    for (;; ++index) {
      const uint32_t hash = hashes[index - first];
      const ElfW(Sym)& symbol = symbols_[index];
      if ((hash | 1) == (wanted | 1) && symbol.st_shndx != SHN_UNDEF &&
          ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && equal(strings_ + symbol.st_name, name))
        return reinterpret_cast<void*>(base_ + symbol.st_value);
      if (hash & 1) return nullptr;  // the last of its bucket
    }
  }

 private:
  static bool equal(const char* one, const char* other) {
    while (*one && *one == *other) ++one, ++other;
    return *one == *other;
  }

  static uint32_t hash_of(const char* name) {
    uint32_t hash = 5381;
    for (; *name; ++name) hash = hash * 33 + static_cast<unsigned char>(*name);
    return hash;
  }

  template <typename T>
  const T* at(ElfW(Addr) address) const {
    return reinterpret_cast<const T*>(address < base_ ? base_ + address : address);
  }

  void read(ElfW(Addr) section) {
    for (auto* entry = reinterpret_cast<const ElfW(Dyn)*>(section); entry->d_tag; ++entry) {
      if (entry->d_tag == DT_GNU_HASH) hash_ = at<uint32_t>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_SYMTAB) symbols_ = at<ElfW(Sym)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) strings_ = at<char>(entry->d_un.d_ptr);
    }
  }

  ElfW(Addr) base_;
  const uint32_t* hash_ = nullptr;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
};

struct Search {
  const void* own_address;
  const char* name;
  bool passed_own = false;
  void* found = nullptr;
};

bool covers(const dl_phdr_info& object, const void* address) {
  const uintptr_t offset = reinterpret_cast<uintptr_t>(address) - object.dlpi_addr;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    if (header.p_type == PT_LOAD && offset - header.p_vaddr < header.p_memsz) return true;
  }
  return false;
}

int visit(dl_phdr_info* object, size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  if (!search.passed_own)
    search.passed_own = covers(*object, search.own_address);
  else
    search.found = Symbols(*object).find(search.name);
  return search.found != nullptr;
}

}  // namespace

void* find_behind(const void* own_address, const char* name) {
  Search search{own_address, name};
  dl_iterate_phdr(visit, &search);
  return search.found;
}

void* next_symbol(const char* name) {
  static const char here = 0;
  return find_behind(&here, name);
}

}  // namespace ox
