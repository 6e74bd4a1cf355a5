// The policy of a build: which of two libraries the same sources make. One compile definition, read
// here alone; everything else asks kHardened with `if constexpr`. And one for tests: what a heap
// does to grow less (heap/reuse.cpp) it does whenever it can, however little is in use.
//
//   default    liboxidalloc.so: checks what costs nothing.
//   hardened   liboxidalloc-hardened.so: free spans and the slice behind each span in use are
//              inaccessible (span/guards.h); every block ends with a canary, is zeroed when freed
//              and waits before it is used again (heap/hardened.h).
#pragma once

#ifndef OX_HARDENED
#define OX_HARDENED 0
#endif

#ifndef OX_EAGER
#define OX_EAGER 0
#endif

#include <type_traits>

namespace ox {

inline constexpr bool kHardened = OX_HARDENED != 0;
inline constexpr bool kEager = OX_EAGER != 0;

// A member that the hardened build alone has. `kNumber`: another one for each in a class.
template <int kNumber>
struct NoMember {};
template <typename T, int kNumber>
using PolicyMember = std::conditional_t<kHardened, T, NoMember<kNumber>>;

}  // namespace ox
