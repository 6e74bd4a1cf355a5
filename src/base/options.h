// The options of a process: variables of its environment whose names begin with OX_. One table;
// what the library reads, the manual page tells (tests/unit/base/options_test.cpp compares them)
// and the tools show.
//
// Read once, before the process's first block: api/policy.cpp. A value that is none of an option's
// is no setting. Not of set-user-ID programs: their environment is not to be trusted.
//
// To add an option: a name in Option, a row in kOptions at the same place, a paragraph in
// oxidalloc.7.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox {

enum class Option : uint8_t {
  Disable,
  Check,
  Report,
  Healing,
  Stats,
  Profile,
  MemoryLimit,
  TrimThread,
  HugePages,
  kCount
};

// What Option::Report is.
enum class OnMisuse : uint64_t { Abort, Warn };
// What Option::HugePages is.
enum class HugePages : uint64_t { System, Always, Never };

enum class OptionType : uint8_t {
  Flag,   // 0 or 1
  Word,   // one of `words`; the value is its number
  Bytes,  // a number, perhaps with a suffix K, M or G
  Text,   // anything, as it stands in the environment; the value is its address, 0: none
};

// Arrays, not pointers: the loader has nothing to relocate, and a process that sets nothing reads
// nothing.
struct OptionRow {
  char name[40];
  OptionType type;
  char words[24];  // of a Word, with a '|' between them
  uint64_t initial;
  char help[152];
};

inline constexpr OptionRow kOptions[] = {
    {"OX_DISABLE", OptionType::Flag, "", 0, "libc's allocator serves the process"},
    {"OX_CHECK", OptionType::Flag, "", 0,
     "check slabs whenever one is taken or released, sum up leaks "
     "at exit"},
    {"OX_REPORT", OptionType::Word, "abort|warn", static_cast<uint64_t>(OnMisuse::Abort),
     "what follows the message about a misuse: the end, or nothing but that the call is without "
     "effect"},
    {"OX_ENABLE_EXPERIMENTAL_HEALING", OptionType::Flag, "", 0,
     "go on after a misuse: a damaged slab is not used any more, its sound blocks stay valid"},
    {"OX_STATS", OptionType::Flag, "", 0,
     "print the heap's figures to standard error when the process ends"},
    {"OX_PROFILE", OptionType::Text, "", 0,
     "FILE or FILE:RATE: sample a block for about every RATE bytes allocated, and write a heap "
     "profile to FILE"},
    {"OX_MEMORY_LIMIT", OptionType::Bytes, "", 0,
     "the most that blocks may take, in bytes (K, M, G); beyond it requests fail with ENOMEM"},
    {"OX_TRIM_THREAD", OptionType::Bytes, "", 0,
     "a thread gives free memory back every so many seconds"},
    {"OX_HUGE_PAGES", OptionType::Word, "system|always|never",
     static_cast<uint64_t>(HugePages::System),
     "huge pages for the heap: as the system is set, wherever there can be any, or none"},
};
inline constexpr size_t kOptionCount = sizeof kOptions / sizeof kOptions[0];
static_assert(kOptionCount == static_cast<size_t>(Option::kCount));

class Options {
 public:
  // "NAME=VALUE" as it stands in the environment. Unknown names and values change nothing.
  constexpr void read(const char* variable) {
    for (size_t i = 0; i < kOptionCount; ++i)
      if (const char* value = after_name(variable, kOptions[i].name)) return set(i, value);
  }

  constexpr uint64_t operator[](Option option) const {
    const auto i = static_cast<size_t>(option);
    return is_set_ >> i & 1 ? values_[i] : kOptions[i].initial;
  }

  // A number of bytes, perhaps with a suffix.
  static constexpr bool parse_bytes(const char* value, uint64_t& number) {
    const char* digit = value;
    for (number = 0; *digit >= '0' && *digit <= '9'; ++digit) {
      if (number > (UINT64_MAX >> 31) / 10 - 1)
        return false;  // room for a digit and the largest suffix
      number = number * 10 + static_cast<uint64_t>(*digit - '0');
    }
    if (digit == value) return false;
    const unsigned shift = *digit == 'K' ? 10 : *digit == 'M' ? 20 : *digit == 'G' ? 30 : 0;
    number <<= shift;
    return digit[shift ? 1 : 0] == '\0';
  }

  // The value of a Text option, or nullptr.
  const char* text(Option option) const { return reinterpret_cast<const char*>((*this)[option]); }

  // The value as it would stand in the environment, NUL-terminated. False if `size` bytes do not
  // hold it.
  bool write(Option option, char* to, size_t size) const {
    const OptionRow& row = kOptions[static_cast<size_t>(option)];
    const uint64_t value = (*this)[option];
    if (row.type == OptionType::Text)
      return value == 0 ? copy("", to, size) : copy(text(option), to, size);
    if (row.type == OptionType::Word) return copy(word(row.words, value), to, size, '|');
    char digits[21] = {};
    char* first = digits + sizeof digits - 1;
    uint64_t rest = value;
    do *--first = static_cast<char>('0' + rest % 10);
    while (rest /= 10);
    return copy(first, to, size);
  }

 private:
  // Up to `end`, or the end.
  static constexpr bool copy(const char* from, char* to, size_t size, char end = '\0') {
    for (; size > 0; --size, ++from, ++to) {
      *to = *from == end ? '\0' : *from;
      if (*to == '\0') return true;
    }
    return false;
  }

  static constexpr const char* word(const char* words, uint64_t number) {
    for (; number > 0 && *words; ++words)
      if (*words == '|') --number;
    return words;
  }

  constexpr void set(size_t i, const char* value) {
    uint64_t number = 0;
    if (!parse(kOptions[i], value, number)) return;
    values_[i] = number;
    is_set_ |= uint64_t{1} << i;
  }

  // What follows "NAME=", or nullptr.
  static constexpr const char* after_name(const char* variable, const char* name) {
    for (; *name; ++name, ++variable)
      if (*variable != *name) return nullptr;
    return *variable == '=' ? variable + 1 : nullptr;
  }

  static constexpr bool parse(const OptionRow& row, const char* value, uint64_t& number) {
    switch (row.type) {
      case OptionType::Flag:
        number = *value == '1';
        return (*value == '0' || *value == '1') && value[1] == '\0';
      case OptionType::Word:
        return parse_word(row.words, value, number);
      case OptionType::Bytes:
        return parse_bytes(value, number);
      case OptionType::Text:
        number = __builtin_bit_cast(uint64_t, value);
        return *value != '\0';
    }
    return false;
  }

  static constexpr bool parse_word(const char* words, const char* value, uint64_t& number) {
    for (number = 0; *words; ++number) {
      const char* at = value;
      while (*words && *words != '|' && *words == *at) ++words, ++at;
      if ((*words == '\0' || *words == '|') && *at == '\0') return true;
      while (*words && *words++ != '|') {
      }
    }
    return false;
  }

  uint64_t values_[kOptionCount] = {};
  uint64_t is_set_ = 0;  // a bit for each: an Options of zeros is one of initial values
};

// The process's own. Written before its first block, read from then on.
[[gnu::visibility("hidden")]] inline constinit Options options;

// Whether the process looks for damage, or goes on after it: then also what takes time is checked.
inline bool checks_all() {
  return options[Option::Check] != 0 || options[Option::Healing] != 0;
}

}  // namespace ox
