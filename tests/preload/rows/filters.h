/* The system call filters of four programs, cut to what an allocator could reach: the rules for
 * memory, threads, randomness and process control are complete; of the others only those stand here
 * that the test program itself needs to end. What no rule names, kills the process, as there.
 *
 *   chromium  sandbox/linux/seccomp-bpf-helpers: baseline_policy.cc, with mremap as
 *             sandbox/policy/linux/bpf_renderer_policy_linux.cc adds it
 *   firefox   security/sandbox/linux/SandboxFilter.cpp: SandboxPolicyCommon of a build without its
 * own allocator; a call against the policy kills (crash-on-error builds), but for mremap, where the
 * release build's ENOSYS stands openssh   sandbox-seccomp-filter.c, preauth file src/seccomp.c,
 * enable_sandbox_full */
#pragma once

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "check.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

enum { kAllow = SECCOMP_RET_ALLOW, kNoArgument = -1 };
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

/* Applies if the call is `call` and (argument & mask) == value. The first rule that applies
 * decides. */
struct rule {
  unsigned call;
  int argument;
  unsigned mask, value;
  unsigned action;
};
#define ALWAYS(name, action) \
  { __NR_##name, kNoArgument, 0, 0, action }
#define EQUAL(name, argument, value, action) \
  { __NR_##name, argument, ~0u, value, action }
#define WITHIN(name, argument, bits, action) \
  { __NR_##name, argument, ~(unsigned)(bits), 0, action }

enum {
  kPthreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                  CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID
};

static const struct rule chromium[] = {
    WITHIN(mmap, 3,
           MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE | MAP_FIXED |
               MAP_DENYWRITE | MAP_LOCKED,
           kAllow),
    WITHIN(mprotect, 2, PROT_READ | PROT_WRITE | PROT_EXEC, kAllow),
    ALWAYS(munmap, kAllow),
    ALWAYS(mremap, kAllow),
    EQUAL(madvise, 2, MADV_DONTNEED, kAllow),
    EQUAL(madvise, 2, MADV_FREE, kAllow),
    EQUAL(madvise, 2, MADV_RANDOM, kAllow),
    EQUAL(madvise, 2, MADV_REMOVE, kAllow),
    EQUAL(madvise, 2, MADV_NORMAL, kAllow),
    ALWAYS(madvise, REFUSE(EPERM)),
    ALWAYS(brk, kAllow),
    WITHIN(futex, 1, FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME | FUTEX_WAKE, kAllow),
    EQUAL(futex, 1, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, kAllow),
    EQUAL(futex, 1, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, kAllow),
    EQUAL(futex, 1, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, kAllow),
    ALWAYS(futex, REFUSE(EINVAL)),
    WITHIN(getrandom, 2, 1 /* GRND_NONBLOCK */, kAllow),
    EQUAL(prctl, 0, PR_GET_NAME, kAllow),
    EQUAL(prctl, 0, PR_SET_NAME, kAllow),
    EQUAL(prctl, 0, PR_GET_DUMPABLE, kAllow),
    EQUAL(prctl, 0, PR_SET_DUMPABLE, kAllow),
    EQUAL(prctl, 0, PR_SET_PTRACER, REFUSE(EPERM)),
    EQUAL(clone, 0, kPthreadFlags, kAllow),
    ALWAYS(clone3, REFUSE(ENOSYS)),
    ALWAYS(set_robust_list, REFUSE(EPERM)),
    ALWAYS(rseq, kAllow),
    ALWAYS(sched_yield, kAllow),
    ALWAYS(getpid, kAllow),
    ALWAYS(gettid, kAllow),
    ALWAYS(mincore, kAllow),
    ALWAYS(openat, REFUSE(EPERM)),
    ALWAYS(readlinkat, REFUSE(EPERM)),
    ALWAYS(read, kAllow),
    ALWAYS(write, kAllow),
    ALWAYS(close, kAllow),
    ALWAYS(rt_sigaction, kAllow),
    ALWAYS(rt_sigprocmask, kAllow),
    ALWAYS(rt_sigreturn, kAllow),
    ALWAYS(exit, kAllow),
    ALWAYS(exit_group, kAllow),
    {0},
};

static const struct rule firefox[] = {
    ALWAYS(mmap, kAllow),
    ALWAYS(munmap, kAllow),
    ALWAYS(mprotect, kAllow),
    ALWAYS(brk, kAllow),
    WITHIN(mremap, 3, MREMAP_MAYMOVE, kAllow),
    ALWAYS(mremap, REFUSE(ENOSYS)),
    EQUAL(madvise, 2, MADV_DONTNEED, kAllow),
    EQUAL(madvise, 2, MADV_FREE, kAllow),
    EQUAL(madvise, 2, MADV_HUGEPAGE, kAllow),
    EQUAL(madvise, 2, MADV_NOHUGEPAGE, kAllow),
    EQUAL(madvise, 2, MADV_MERGEABLE, REFUSE(EPERM)),
    ALWAYS(futex, kAllow),
    ALWAYS(getrandom, kAllow),
    EQUAL(prctl, 0, PR_SET_VMA, kAllow),
    EQUAL(prctl, 0, PR_SET_NAME, kAllow),
    EQUAL(prctl, 0, PR_SET_DUMPABLE, kAllow),
    EQUAL(clone, 0, kPthreadFlags, kAllow),
    ALWAYS(clone3, REFUSE(ENOSYS)),
    ALWAYS(set_robust_list, kAllow),
    ALWAYS(rseq, kAllow),
    ALWAYS(membarrier, kAllow),
    ALWAYS(sched_yield, kAllow),
    ALWAYS(sched_getaffinity, REFUSE(ENOSYS)),
    ALWAYS(getpid, kAllow),
    ALWAYS(gettid, kAllow),
    ALWAYS(read, kAllow),
    ALWAYS(write, kAllow),
    ALWAYS(close, kAllow),
    ALWAYS(rt_sigaction, kAllow),
    ALWAYS(rt_sigprocmask, kAllow),
    ALWAYS(rt_sigreturn, kAllow),
    ALWAYS(exit, kAllow),
    ALWAYS(exit_group, kAllow),
    {0},
};

static const struct rule openssh[] = {
    ALWAYS(openat, REFUSE(EACCES)),
    WITHIN(mmap, 2, PROT_READ | PROT_WRITE, kAllow),
    WITHIN(mprotect, 2, PROT_READ | PROT_WRITE, kAllow),
    ALWAYS(mremap, kAllow),
    ALWAYS(munmap, kAllow),
    ALWAYS(madvise, kAllow),
    ALWAYS(brk, kAllow),
    ALWAYS(futex, kAllow),
    ALWAYS(getrandom, kAllow),
    ALWAYS(getpid, kAllow),
    ALWAYS(read, kAllow),
    ALWAYS(write, kAllow),
    ALWAYS(close, kAllow),
    ALWAYS(rt_sigprocmask, kAllow),
    ALWAYS(nanosleep, kAllow),
    ALWAYS(exit, kAllow),
    ALWAYS(exit_group, kAllow),
    {0},
};

static const struct rule file[] = {
    ALWAYS(mmap, kAllow),         ALWAYS(munmap, kAllow),
    ALWAYS(mprotect, kAllow),     ALWAYS(mremap, kAllow),
    ALWAYS(madvise, kAllow),      ALWAYS(brk, kAllow),
    ALWAYS(futex, kAllow),        ALWAYS(openat, kAllow),
    ALWAYS(readlinkat, kAllow),   ALWAYS(getpid, kAllow),
    ALWAYS(sysinfo, kAllow),      ALWAYS(read, kAllow),
    ALWAYS(write, kAllow),        ALWAYS(close, kAllow),
    ALWAYS(rt_sigaction, kAllow), ALWAYS(rt_sigprocmask, kAllow),
    ALWAYS(rt_sigreturn, kAllow), ALWAYS(exit, kAllow),
    ALWAYS(exit_group, kAllow),   {0},
};

static const struct {
  const char* name;
  const struct rule* rules;
  int lets_create_threads;
} filters[] = {
    {"chromium", chromium, 1}, {"firefox", firefox, 1}, {"openssh", openssh, 0}, {"file", file, 0}};

/* The filter for all threads of the process. */
static void enter_filter(const struct rule* rules) {
  static struct sock_filter code[512];
  unsigned short length = 0;
#define EMIT(...) code[length++] = (struct sock_filter)__VA_ARGS__
  for (const struct rule* rule = rules; rule->action; ++rule) {
    EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    if (rule->argument == kNoArgument) {
      EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, 1));
    } else {
      EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->call, 0, 4));
      EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offsetof(struct seccomp_data, args) +
                                                         8 * (unsigned)rule->argument)));
      EMIT(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask));
      EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1));
    }
    EMIT(BPF_STMT(BPF_RET | BPF_K, rule->action));
  }
  EMIT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  check(length < sizeof code / sizeof *code);
  const struct sock_fprog program = {length, code};
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0);
}
