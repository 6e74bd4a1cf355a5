#include "api/trim_thread.h"

#include <pthread.h>
#include <signal.h>

#include <cstdint>

#include "api/next_symbol.h"
#include "base/options.h"
#include "heap/service.h"
#include "os/lock.h"

namespace ox::trim_thread {
namespace {

void* run(void*) {
  for (;;) {
    os::sleep_seconds(options[Option::TrimThread]);
    Service::trim();
  }
}

using MaskFunction = int(int, const sigset_t*, sigset_t*);

// The program's signals are for its own threads.
class SignalsBlocked {
 public:
  explicit SignalsBlocked(MaskFunction* mask) : mask_(mask) {
    sigset_t all;
    __builtin_memset(&all, 0xff, sizeof all);
    mask_(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { mask_(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  MaskFunction* mask_;
  sigset_t before_;
};

}  // namespace

void start() {
  if (options[Option::TrimThread] == 0) return;
  static NextFunction<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> create;
  static NextFunction<MaskFunction> mask;
  if (!create.find("pthread_create") || !mask.find("pthread_sigmask")) return;
  const SignalsBlocked blocked(mask.find("pthread_sigmask"));
  pthread_t thread;
  create.find("pthread_create")(&thread, nullptr, run, nullptr);
}

}  // namespace ox::trim_thread
