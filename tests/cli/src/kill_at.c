/* kill_at N COMMAND [ARG...]: runs COMMAND and kills it (SIGKILL) at the entry of its Nth system
 * call, counted over all calls after exec, before the kernel performs it. Children of COMMAND are
 * left alone. Exit status: 137 if killed, else COMMAND's own. (strace's inject=all:when=N counts
 * each call apart.) */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

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
    if (at_entry && ++calls == nth) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return 128 + SIGKILL;
    }
  }
}
