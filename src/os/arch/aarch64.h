// aarch64: thread pointer, bit operations and the system call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/relaxed.h"

// The version of the symbols with which glibc for this processor began. A macro, for assembler
// directives take literal text alone.
#define OX_FIRST_GLIBC "GLIBC_2.17"

// Assembler for a function `name` of two arguments that only adjusts them: `adjust`, a C function
// of the same arguments, returns an address and a second argument, to which this one jumps. No
// frame of ours is left on the stack, so the function there sees the program as its caller.
#define OX_TAIL_CALL(name, adjust)                                        \
  ".pushsection .text\n.globl " name "\n.type " name ", @function\n" name \
  ":\n"                                                                   \
  ".cfi_startproc\n"                                                      \
  "hint #34\n" /* bti c */                                                \
  "stp x29, x30, [sp, #-32]!\n"                                           \
  ".cfi_def_cfa_offset 32\n.cfi_offset x29, -32\n.cfi_offset x30, -24\n"  \
  "str x0, [sp, #16]\n"                                                   \
  "bl " adjust                                                            \
  "\n"                                                                    \
  "mov x16, x0\n"                                                         \
  "ldr x0, [sp, #16]\n"                                                   \
  "ldp x29, x30, [sp], #32\n"                                             \
  ".cfi_def_cfa_offset 0\n.cfi_restore x29\n.cfi_restore x30\n"           \
  "br x16\n"                                                              \
  ".cfi_endproc\n.size " name ", .-" name "\n.popsection\n"

namespace ox::arch {

inline constexpr bool kFusedEventTest = false;

inline uintptr_t thread_pointer() {
  return reinterpret_cast<uintptr_t>(__builtin_thread_pointer());
}

inline uint64_t with_low16(uint64_t word, uintptr_t source) {
  return (word & ~uint64_t{0xffff}) | (source & 0xffff);
}

// No instruction of every such processor writes without a read before it, which is a fault of its
// own.
inline constexpr bool kTouchesWrite = false;
inline void touch(char*) {}

inline bool take_lowest(uint64_t& bits, uint64_t& index) {
  if (__builtin_expect(bits == 0, 0)) return false;
  index = static_cast<uint64_t>(__builtin_ctzll(bits));
  bits &= bits - 1;
  return true;
}

inline bool load_and_set(const Relaxed<uint64_t>& word, uint64_t index, uint64_t& bits) {
  const uint64_t before = word;
  bits = before | uint64_t{1} << index;
  return before == bits;
}

inline bool set_bit(uint64_t word, uint64_t index, uint64_t& bits) {
  bits = word | uint64_t{1} << index;
  return word == bits;
}

inline bool equal(const std::atomic<uintptr_t>& variable, uintptr_t value) {
  return variable.load(std::memory_order_relaxed) == value;
}
inline bool at_most(uint16_t value, const Relaxed<uint16_t>& bound) {
  return value <= bound;
}
inline bool below(size_t value, const std::atomic<size_t>& bound) {
  return value < bound.load(std::memory_order_relaxed);
}

inline void pause() {
  asm volatile("yield" ::: "memory");
}

inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
}

}  // namespace ox::arch
