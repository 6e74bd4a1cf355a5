// Where the functions are that this library stands in front of, and those of libc that it seldom
// needs.
//
// Each symbol that the library binds to costs every start of every program a look-up by the loader.
// So only what every program needs is bound; the rest is looked up at its first use, by a walk over
// the loaded objects: dlsym() allocates, and before glibc 2.34 stands in a library that may not be
// there.
#pragma once

#include <atomic>

namespace ox {

// The definition of `name` in the first object behind this library that has one, else, where this
// library was opened late, in the first before it; or nullptr. Any thread.
void* next_symbol(const char* name);

// The same for the object whose dynamic section that is.
void* find_behind(const void* own_dynamic, const char* name);

// One such function, found once. Not found, it is looked for again at the next call: the library
// that has it may be loaded later.
template <typename Function>
class NextFunction {
 public:
  Function* find(const char* name) {
    // relaxed: every thread finds the same function.
    auto* function = reinterpret_cast<Function*>(found_.load(std::memory_order_relaxed));
    return function ? function : look_up(name);
  }

 private:
  [[gnu::noinline]] Function* look_up(const char* name) {
    void* found = next_symbol(name);
    found_.store(found, std::memory_order_relaxed);
    return reinterpret_cast<Function*>(found);
  }

  std::atomic<void*> found_{nullptr};
};

}  // namespace ox
