// The compiled denylist: /etc/oxidalloc/denylist.bin, written by the tools, read by the library at
// every start of a program. Also the one matcher that both use.
//
//   Header | paths: sorted 64-bit hashes | names: the same | globs: Glob + text, one after another
//
// A path or a bare name is found by its hash in a binary search. A hash may collide: the program
// then runs on libc's allocator, which harms nobody. A glob is first compared by its ends, which
// stand outside its wildcards: most end there after one character.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ox::denylist {

inline constexpr char kFile[] = "/etc/oxidalloc/denylist.bin";
inline constexpr char kMagic[8] = {'O', 'X', 'D', 'E', 'N', 'Y', '1', '\n'};
// A buffer on the stack takes it all.
inline constexpr size_t kMostBytes = 8192;

struct Header {
  char magic[8];
  uint32_t size;  // of the whole file
  uint16_t paths, names, globs;
  uint16_t unused;
  uint32_t unused2;
};
static_assert(sizeof(Header) == 24 && sizeof(Header) % alignof(uint64_t) == 0);

struct Glob {
  uint8_t length;   // of the text that follows
  uint8_t prefix;   // its characters before the first wildcard
  uint8_t suffix;   // its characters after the last one
  uint8_t is_path;  // compared with the whole path, else with the name
};

struct Text {
  const char* start;
  size_t length;
  const char* end() const { return start + length; }
};

inline uint64_t hash(Text text) {
  uint64_t value = 0xcbf29ce484222325;
  for (size_t i = 0; i < text.length; ++i)
    value = (value ^ static_cast<unsigned char>(text.start[i])) * 0x100000001b3;
  return value;
}

inline Text name_in(Text path) {
  const char* start = path.end();
  while (start != path.start && start[-1] != '/') --start;
  return {start, static_cast<size_t>(path.end() - start)};
}

// `?` is one character but '/', `*` any number of those, `**` any number of any.
inline bool matches_glob(const char* glob, const char* glob_end, const char* text,
                         const char* text_end) {
  for (; glob != glob_end; ++glob, ++text) {
    if (*glob == '*') {
      const bool across = glob + 1 != glob_end && glob[1] == '*';
      const char* rest = glob + (across ? 2 : 1);
      for (;; ++text) {
        if (matches_glob(rest, glob_end, text, text_end)) return true;
        if (text == text_end || (*text == '/' && !across)) return false;
      }
    }
    if (text == text_end || (*glob == '?' ? *text == '/' : *glob != *text)) return false;
  }
  return text == text_end;
}

inline bool equal_bytes(const char* one, const char* other, size_t length) {
  for (size_t i = 0; i < length; ++i)
    if (one[i] != other[i]) return false;
  return true;
}

inline bool matches(const Glob& glob, const char* pattern, Text text) {
  if (text.length < size_t{glob.prefix} + glob.suffix) return false;
  const char* tail = pattern + glob.length - glob.suffix;
  return equal_bytes(tail, text.end() - glob.suffix, glob.suffix) &&
         equal_bytes(pattern, text.start, glob.prefix) &&
         matches_glob(pattern + glob.prefix, tail, text.start + glob.prefix,
                      text.end() - glob.suffix);
}

inline bool contains(const uint64_t* sorted, size_t count, uint64_t value) {
  while (count > 0) {
    const size_t half = count / 2;
    if (sorted[half] == value) return true;
    if (sorted[half] < value) {
      sorted += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return false;
}

// A sound file: `size` bytes at `file`, aligned for uint64_t.
inline bool is_valid(const char* file, size_t size) {
  if (size < sizeof(Header)) return false;
  const auto* header = reinterpret_cast<const Header*>(file);
  if (!equal_bytes(header->magic, kMagic, sizeof kMagic) || header->size != size) return false;
  size_t offset = sizeof(Header) + sizeof(uint64_t) * (size_t{header->paths} + header->names);
  for (size_t left = header->globs; left > 0; --left) {
    if (offset + sizeof(Glob) > size) return false;
    const auto* glob = reinterpret_cast<const Glob*>(file + offset);
    if (size_t{glob->prefix} + glob->suffix > glob->length) return false;
    offset += sizeof(Glob) + glob->length;
  }
  return offset == size;
}

inline bool has_patterns(const char* file) {
  return reinterpret_cast<const Header*>(file)->size > sizeof(Header);
}

// `file` is valid.
inline bool denies(const char* file, Text path) {
  const auto* header = reinterpret_cast<const Header*>(file);
  const auto* paths = reinterpret_cast<const uint64_t*>(file + sizeof(Header));
  const Text name = name_in(path);
  if (header->paths && contains(paths, header->paths, hash(path))) return true;
  if (header->names && contains(paths + header->paths, header->names, hash(name))) return true;
  const char* next = reinterpret_cast<const char*>(paths + header->paths + header->names);
  for (size_t left = header->globs; left > 0; --left) {
    const auto* glob = reinterpret_cast<const Glob*>(next);
    if (matches(*glob, next + sizeof(Glob), glob->is_path ? path : name)) return true;
    next += sizeof(Glob) + glob->length;
  }
  return false;
}

}  // namespace ox::denylist
