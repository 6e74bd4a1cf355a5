// x86-64: the few operations for which a compiler needs a hint, and the system call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/relaxed.h"

// The version of the symbols with which glibc for this processor began. A macro, for assembler
// directives take literal text alone.
#define OX_FIRST_GLIBC "GLIBC_2.2.5"

// Assembler for a function `name` of two arguments that only adjusts them: `adjust`, a C function
// of the same arguments, returns an address and a second argument, to which this one jumps. No
// frame of ours is left on the stack, so the function there sees the program as its caller.
#define OX_TAIL_CALL(name, adjust)                                        \
  ".pushsection .text\n.globl " name "\n.type " name ", @function\n" name \
  ":\n"                                                                   \
  ".cfi_startproc\n"                                                      \
  "endbr64\n"                                                             \
  "push %rdi\n"                                                           \
  ".cfi_adjust_cfa_offset 8\n"                                            \
  "call " adjust                                                          \
  "\n"                                                                    \
  "pop %rdi\n"                                                            \
  ".cfi_adjust_cfa_offset -8\n"                                           \
  "mov %rdx, %rsi\n"                                                      \
  "jmp *%rax\n"                                                           \
  ".cfi_endproc\n.size " name ", .-" name "\n.popsection\n"

namespace ox::arch {

// Two operands fuse into one multiplication: see heap/small.h, "the event test".
inline constexpr bool kFusedEventTest = true;

// The thread control block's address: unique among the live threads of a process.
inline uintptr_t thread_pointer() {
  uintptr_t value;
  asm("mov %%fs:0, %0" : "=r"(value));
  return value;
}

// `word` with its low 16 bits taken from `source`, in one instruction.
inline uint64_t with_low16(uint64_t word, uintptr_t source) {
  asm("movw %w1, %w0" : "+r"(word) : "r"(source));
  return word;
}

// Changes nothing: a first access to a page that is a write. (After one that reads, a page of the
// system's zeros is there, and the write is a second fault.)
inline constexpr bool kTouchesWrite = true;
inline void touch(char* byte) {
  asm volatile("orb $0, %0" : "+m"(*byte) : : "cc");
}

// Finds the lowest set bit of `bits` and clears it there. False if none is set.
inline bool take_lowest(uint64_t& bits, uint64_t& index) {
  bool none;
  asm("bsf %2, %0" : "=r"(index), "=@ccz"(none) : "r"(bits));
  if (__builtin_expect(none, 0)) return false;
  asm("btr %1, %0" : "+r"(bits) : "r"(index) : "cc");
  return true;
}

// Copies `word` to `bits` with bit `index` (0 to 63) set; tells whether it was set before.
inline bool load_and_set(const Relaxed<uint64_t>& word, uint64_t index, uint64_t& bits) {
  bool before;
  asm("mov %2, %0\n\tbts %3, %0" : "=&r"(bits), "=@ccc"(before) : "m"(word), "r"(index));
  return before;
}

inline bool set_bit(uint64_t word, uint64_t index, uint64_t& bits) {
  bool before;
  asm("mov %2, %0\n\tbts %3, %0" : "=&r"(bits), "=@ccc"(before) : "r"(word), "r"(index));
  return before;
}

// Relaxed atomic loads as operands of the comparison: compilers load into a register first.
inline bool equal(const std::atomic<uintptr_t>& variable, uintptr_t value) {
  bool result;
  asm("cmpq %2, %1" : "=@cce"(result) : "m"(variable), "re"(value));
  return result;
}
inline bool at_most(uint16_t value, const Relaxed<uint16_t>& bound) {
  bool result;
  asm("cmpw %2, %1" : "=@ccbe"(result) : "r"(value), "m"(bound));
  return result;
}
inline bool below(size_t value, const std::atomic<size_t>& bound) {
  bool result;
  asm("cmp %2, %1" : "=@ccb"(result) : "r"(value), "m"(bound));
  return result;
}

inline void pause() {
  asm volatile("pause" ::: "memory");
}

inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

}  // namespace ox::arch
