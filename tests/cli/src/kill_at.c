/* kill_at N COMMAND [ARG...]: runs COMMAND and kills it (SIGKILL) at the entry of its Nth system
 * call, counted over the calls after exec, before the kernel performs it. Children of COMMAND are
 * left alone. Not counted are calls of which nothing is left when the process has ended: killed at
 * one, it leaves what it leaves when killed at the next that is counted, in a tenth of the runs.
 * Exit status: 137 if killed, else COMMAND's own. (strace's inject=all:when=N counts each call
 * apart.)
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

/* Calls that ask, wait (fsync, too: but for a loss of power all is there without it), or concern
 * the process's own memory and descriptors. What is not here counts. */
static const unsigned long kPassing[] = {
#ifdef SYS_access /* of old, not on every processor */
    SYS_access,          SYS_readlink,        SYS_stat,       SYS_poll,
#endif
    SYS_readlinkat,      SYS_faccessat,       SYS_newfstatat, SYS_fstat,   SYS_getdents64,
    SYS_lgetxattr,       SYS_lseek,           SYS_brk,        SYS_mmap,    SYS_mprotect,
    SYS_munmap,          SYS_getrandom,       SYS_getpid,     SYS_geteuid, SYS_prlimit64,
    SYS_rt_sigaction,    SYS_close,           SYS_pipe2,      SYS_ppoll,   SYS_fsync,
    SYS_clock_nanosleep, SYS_restart_syscall, SYS_wait4,      SYS_futex,   SYS_rseq,
    SYS_set_tid_address, SYS_set_robust_list,
};

/* To read from a pipe lets a child run on; a file does not know. */
static int is_file(pid_t process, unsigned long long descriptor) {
  char name[64], target[2];
  snprintf(name, sizeof name, "/proc/%d/fd/%llu", (int)process, descriptor);
  return readlink(name, target, sizeof target) > 0 && target[0] == '/';
}

/* Whether the call that the process stands at could leave something behind. */
static int counts(pid_t process) {
  struct ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0) return 1;
  for (size_t i = 0; i < sizeof kPassing / sizeof *kPassing; ++i)
    if (info.entry.nr == kPassing[i]) return 0;
  if (info.entry.nr == SYS_openat) /* to read */
    return (info.entry.args[2] & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0;
  return info.entry.nr != SYS_read || !is_file(process, info.entry.args[0]);
}

int main(int count, char** words) {
  if (count < 3) return 2;
  const long nth = atol(words[1]);
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execvp(words[2], words + 2);
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
    return 126; /* stopped by its exec */
  ptrace(PTRACE_SETOPTIONS, child, NULL, (void*)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
  long calls = 0;
  int at_entry = 0, deliver = 0;
  for (;;) {
    ptrace(PTRACE_SYSCALL, child, NULL, (void*)(long)deliver);
    if (waitpid(child, &status, 0) != child) return 126;
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    deliver = 0;
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
      deliver = WSTOPSIG(status);
      continue;
    }
    at_entry = !at_entry;
    if (at_entry && counts(child) && ++calls == nth) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return 128 + SIGKILL;
    }
  }
}
