// How much work a test does: all of it, or a share where every access costs many times more.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OX_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OX_TEST_SANITIZED 1
#endif
#endif

namespace ox::test {

#ifdef OX_TEST_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

constexpr size_t scaled(size_t count) {
  return kSanitized ? count / 10 + 1 : count;
}

}  // namespace ox::test
