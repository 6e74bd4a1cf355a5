// Every message, to the letter. What leads to each is shown in tests/misuse.
#include "os/report.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <string>

namespace ox::report {
namespace {

const void* pointer(uintptr_t value) {
  return reinterpret_cast<const void*>(value);
}

const std::string kProcess = " in PID [0-9]+ \\(/.*oxidalloc_unit_tests\\)\n";
const std::string kCaller = "oxidalloc: called from 0x401000\n$";

// The process aborts, whatever the program does with the signal, and the messages are all it says.
#define EXPECT_REPORT(call, text) \
  EXPECT_EXIT(call, testing::KilledBySignal(SIGABRT), std::string("^") + (text))

TEST(Report, DoubleFree) {
  EXPECT_REPORT(
      double_free(pointer(0x7f0123456780), 48, pointer(0x401000)),
      "oxidalloc: double free of 0x7f0123456780 \\(48-byte block\\)" + kProcess + kCaller);
}

TEST(Report, InvalidPointer) {
  EXPECT_REPORT(invalid_pointer("realloc", pointer(0xabc), pointer(0x401000)),
                "oxidalloc: realloc of invalid pointer 0xabc" + kProcess + kCaller);
}

TEST(Report, CorruptedBlock) {
  EXPECT_REPORT(corrupted_block(pointer(0x10), 1024, nullptr),
                "oxidalloc: write to freed or past allocated memory: 0x10 "
                "\\(free 1024-byte block\\) is corrupted" +
                    kProcess + "$");
}

TEST(Report, AbortsThoughTheSignalIsIgnoredOrBlockedOrCaught) {
  const auto with = [](auto prepare) {
    prepare();
    invalid_pointer("free", pointer(16), nullptr);
  };
  EXPECT_REPORT(with([] { signal(SIGABRT, SIG_IGN); }), "oxidalloc: ");
  EXPECT_REPORT(with([] { signal(SIGABRT, [](int) {}); }), "oxidalloc: ");
  EXPECT_REPORT(with([] {
                  sigset_t all;
                  sigfillset(&all);
                  sigprocmask(SIG_BLOCK, &all, nullptr);
                }),
                "oxidalloc: ");
}

}  // namespace
}  // namespace ox::report
