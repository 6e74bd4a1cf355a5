// Freed blocks that wait before they are used again: a thread's own. In the hardened build alone.
//
// A ring: a block that is freed takes the place of a recent one at random, which takes the place of
// the oldest, which leaves. So each waits for at least half a ring of frees, and for how long is
// not foreseen.
#pragma once

#include <array>
#include <cstddef>

#include "base/secret.h"

namespace ox {

template <size_t kSize>
class Quarantine {
 public:
  // Takes a block in. Returns the one whose time is over, nullptr while there is none.
  void* exchange(void* block) {
    const size_t recent = (next_ - 1 - next_random(random_state_) % (kSize / 2)) % kSize;
    void* const oldest = ring_[next_];
    ring_[next_] = ring_[recent];
    ring_[recent] = block;
    next_ = (next_ + 1) % kSize;
    __builtin_prefetch(ring_[next_], 1);  // it leaves at the next call
    return oldest;
  }

  // Takes any block out, nullptr if there is none.
  void* take() {
    for (void*& block : ring_)
      if (block) {
        void* const taken = block;
        block = nullptr;
        return taken;
      }
    return nullptr;
  }

 private:
  static_assert((kSize & (kSize - 1)) == 0);

  std::array<void*, kSize> ring_{};
  size_t next_ = 0;
  uint64_t random_state_ = 0;
};

}  // namespace ox
