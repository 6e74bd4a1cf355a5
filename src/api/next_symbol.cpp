#include "api/next_symbol.h"

#include <elf.h>
#include <link.h>

#include <cstdint>

#include "os/process.h"

namespace ox {
namespace {

// What a look-up needs of an object's dynamic section. Its addresses are absolute where the loader
// has relocated them, and offsets where it has not (the vDSO).
class Symbols {
 public:
  explicit Symbols(const link_map& object) : base_(object.l_addr) {
    for (const ElfW(Dyn)* entry = object.l_ld; entry->d_tag; ++entry) {
      if (entry->d_tag == DT_GNU_HASH) hash_ = at<uint32_t>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_SYMTAB) symbols_ = at<ElfW(Sym)>(entry->d_un.d_ptr);
      if (entry->d_tag == DT_STRTAB) strings_ = at<char>(entry->d_un.d_ptr);
    }
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

  ElfW(Addr) base_;
  const uint32_t* hash_ = nullptr;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
};

// The loader's list of objects, in the order of look-up. Where it stands, the loader tells
// debuggers in the executable's dynamic section. (dl_iterate_phdr() would be one more symbol, and a
// sanitizer's must not be called before its runtime is up.) Without the loader's lock: objects that
// a program was started with stay, and those that come later stand behind them, where hardly a
// look-up gets to.
const link_map* first_object() {
  const auto* headers = reinterpret_cast<const ElfW(Phdr)*>(os::auxiliary_value(AT_PHDR));
  const ElfW(Dyn)* dynamic = nullptr;
  ElfW(Addr) base = 0;
  for (unsigned long left = headers ? os::auxiliary_value(AT_PHNUM) : 0; left > 0;
       --left, ++headers) {
    if (headers->p_type == PT_PHDR) base = reinterpret_cast<ElfW(Addr)>(headers) - headers->p_vaddr;
    if (headers->p_type == PT_DYNAMIC)
      dynamic = reinterpret_cast<const ElfW(Dyn)*>(base + headers->p_vaddr);
  }
  for (; dynamic && dynamic->d_tag != DT_NULL; ++dynamic)
    if (dynamic->d_tag == DT_DEBUG && dynamic->d_un.d_ptr)
      return reinterpret_cast<const r_debug*>(dynamic->d_un.d_ptr)->r_map;
  return nullptr;
}

void* find_in(const link_map* object, const link_map* end, const char* name) {
  for (; object != end; object = object->l_next)
    if (void* found = Symbols(*object).find(name)) return found;
  return nullptr;
}

}  // namespace

void* find_behind(const void* own_dynamic, const char* name) {
  const link_map* const first = first_object();
  const link_map* own = first;
  while (own && own->l_ld != own_dynamic) own = own->l_next;
  if (!own) return nullptr;
  void* found = find_in(own->l_next, nullptr, name);
  return found ? found : find_in(first, own, name);
}

void* next_symbol(const char* name) {
  return find_behind(_DYNAMIC, name);
}

}  // namespace ox
