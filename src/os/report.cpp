#include "os/report.h"

#include <signal.h>

#include <atomic>
#include <cstdint>

#include "base/options.h"
#include "base/policy.h"
#include "os/process.h"
#include "os/syscall.h"

namespace ox::report {
namespace {

// Builds one message in place and writes it with one system call, so that lines of two threads
// do not mix.
class Message {
 public:
  Message& text(const char* string) {
    while (*string && length_ < sizeof buffer_) buffer_[length_++] = *string++;
    return *this;
  }

  Message& number(uint64_t value, unsigned base) {
    char digits[20];
    size_t count = 0;
    do digits[count++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (count && length_ < sizeof buffer_) buffer_[length_++] = digits[--count];
    return *this;
  }

  Message& address(const void* pointer) {
    return text("0x").number(reinterpret_cast<uintptr_t>(pointer), 16);
  }

  Message& process() {
    char path[256];
    os::executable_path(path, sizeof path);
    return text(" in PID ")
        .number(static_cast<uint64_t>(os::process_id()), 10)
        .text(" (")
        .text(path)
        .text(")");
  }

  void print(int file = 2) { os::call(SYS_write, file, buffer_, length_); }

 private:
  char buffer_[640];
  size_t length_ = 0;
};

[[noreturn]] void abort_process() {
  const long pid = os::call(SYS_getpid);
  os::call(SYS_tgkill, pid, os::call(SYS_gettid), SIGABRT);
  // Still here: the signal is blocked, ignored or handled. Insist, as abort(3) does.
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    uint64_t mask;
  } by_default{SIG_DFL, 0, nullptr, 0};
  const uint64_t abort_only = uint64_t{1} << (SIGABRT - 1);
  os::call(SYS_rt_sigaction, SIGABRT, &by_default, nullptr, sizeof by_default.mask);
  os::call(SYS_rt_sigprocmask, SIG_UNBLOCK, &abort_only, nullptr, sizeof abort_only);
  os::call(SYS_tgkill, pid, os::call(SYS_gettid), SIGABRT);
  for (;;) os::call(SYS_exit_group, 128 + SIGABRT);
}

Message& with_caller(Message& message, const void* caller) {
  message.process().text("\n");
  if (caller) message.text("oxidalloc: called from ").address(caller).text("\n");
  return message;
}

[[noreturn]] void finish(Message& message, const void* caller) {
  with_caller(message, caller).print();
  abort_process();
}

constexpr size_t kMostPrinted = 10;
std::atomic<size_t> survivals_so_far{0};  // relaxed: a count

// Damage: of a free block, which only healing gets over.
enum class Kind { WrongCall, Damage };

bool survives(Kind kind) {
  if (kHardened) return false;
  return options[Option::Healing] ||
         (kind == Kind::WrongCall &&
          options[Option::Report] == static_cast<uint64_t>(OnMisuse::Warn));
}

void finish_or_survive(Message& message, const void* caller, Kind kind) {
  if (!survives(kind)) finish(message, caller);
  if (survivals_so_far.fetch_add(1, std::memory_order_relaxed) < kMostPrinted)
    with_caller(message, caller).print();
}

}  // namespace

void double_free(const void* block, size_t block_size, const void* caller) {
  Message message;
  message.text("oxidalloc: double free of ").address(block).text(" (").number(block_size, 10);
  finish_or_survive(message.text("-byte block)"), caller, Kind::WrongCall);
}

void invalid_pointer(const char* call, const void* pointer, const void* caller) {
  Message message;
  message.text("oxidalloc: ").text(call).text(" of invalid pointer ").address(pointer);
  finish_or_survive(message, caller, Kind::WrongCall);
}

void corrupted_block(const void* block, size_t block_size, const void* caller) {
  Message message;
  message.text("oxidalloc: write to freed or past allocated memory: ").address(block);
  message.text(" (free ").number(block_size, 10).text("-byte block) is corrupted");
  finish_or_survive(message, caller, Kind::Damage);
}

namespace {
[[noreturn]] void out_of_bounds(const char* what, const void* block, size_t block_size,
                                const void* caller) {
  Message message;
  message.text("oxidalloc: write ").text(what).text(" of ").address(block).text(" (");
  finish(message.number(block_size, 10).text("-byte block)"), caller);
}
}  // namespace

void overflow(const void* block, size_t block_size, const void* caller) {
  out_of_bounds("past the end", block, block_size, caller);
}

void underflow(const void* block, size_t block_size, const void* caller) {
  out_of_bounds("before the start", block, block_size, caller);
}

void out_of_memory(const char* call) {
  Message message;
  finish(message.text("oxidalloc: out of memory in ").text(call), nullptr);
}

void interrupted() {
  static std::atomic<bool> said{false};
  if (said.exchange(true, std::memory_order_relaxed)) return;
  Message message;
  message.text("oxidalloc: a signal handler allocates in the middle of malloc: libc serves it");
  message.process().text("\n");
  message.print();
}

size_t survived() {
  return survivals_so_far.load(std::memory_order_relaxed);
}

void survivals(int file) {
  Message message;
  message.text("oxidalloc: ").number(survived(), 10).text(" misuses survived");
  with_caller(message, nullptr).print(file);
}

void leaks(int file, size_t blocks, size_t bytes) {
  Message message;
  message.text("oxidalloc: ").number(blocks, 10).text(" blocks, ").number(bytes, 10);
  with_caller(message.text(" bytes in use at exit"), nullptr).print(file);
}

}  // namespace ox::report
