// What the library tells about itself: one record in its .bss, which oxidalloc-status finds in a
// process's memory by its first bytes. Only ever extended at the end.
#pragma once

#include <cstdint>

namespace ox {

enum class Serving : uint8_t {
  Undecided,    // no call came yet
  Active,       // this library serves the process
  OwnMalloc,    // the executable exports an allocator of its own
  Denied,       // by the denylist
  SwitchedOff,  // OX_DISABLE=1
  Sanitizer,    // a sanitizer's runtime is there
};

enum class ListState : uint8_t { Unread, Absent, Read, Bad };

struct ProcessState {
  char magic[16];
  Serving serving;
  ListState denylist;
  char unused[6];
  char version[16];
  uint64_t heap_start;  // the first region with its table, 0, 0 if there is none: what lies there
  uint64_t heap_end;    // in the list of mappings is heap
};

inline constexpr char kProcessStateMagic[16] = {'o', 'x', 'i', 'd', 'a', 'l', 'l', 'o',
                                                'c', ' ', 's', 't', 'a', 't', 'e', '\n'};

}  // namespace ox
