// Raw system calls. They bypass libc on purpose: no errno is touched (free must preserve it), no
// symbol is interposed by another preloaded library, and they work before libc is ready.
// Result: >= 0, or -errno.
#pragma once

#include <sys/syscall.h>

#include <type_traits>

#include "os/arch.h"

namespace ox::os {

template <typename T>
long syscall_word(T value) {
  if constexpr (std::is_null_pointer_v<T>)
    return 0;
  else if constexpr (std::is_pointer_v<T>)
    return reinterpret_cast<long>(value);
  else
    return static_cast<long>(value);
}

template <typename... Args>
long call(long number, Args... args) {
  static_assert(sizeof...(args) <= 6);
  const long words[6] = {syscall_word(args)...};
  return arch::syscall6(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

}  // namespace ox::os
