/* Runs one command and writes what it cost to a file: wall time, CPU time and peak RSS from
 * wait4(), and where a named library is mapped in it, read from the process itself.
 *
 *   measure RESULT LIBRARY PRELOAD COMMAND [ARG...]
 *
 * RESULT   file that receives lines of key=value (wall_us, cpu_us, rss_kib, status, exe, mapped)
 * LIBRARY  path or part of a path to look for in /proc/PID/maps
 * PRELOAD  put in front of LD_PRELOAD for the command alone; empty: LD_PRELOAD is left as it is
 *
 * The look: the command is traced through its first system calls, those of the loader, until the
 * library appears, and then let go; so even `true` is seen. A later exec by the same process is
 * noticed at 20 Hz and looked into again. OXIDALLOC_MEASURE_UNTRACED=1 leaves the tracing out (a
 * traced set-user-id program would run without its privileges).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  loader_stops = 400
}; /* two per system call; the loader maps preloads within the first 20 calls */

static pid_t child;
static char exe[PATH_MAX];
static char mapped[PATH_MAX + 256];

static void pass_on(int signal_number) {
  if (child > 0) kill(child, signal_number);
}

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long timeval_us(struct timeval t) {
  return t.tv_sec * 1000000LL + t.tv_usec;
}

static void read_exe(char* out, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/exe", (int)child);
  ssize_t n = readlink(link, out, size - 1);
  out[n < 0 ? 0 : n] = '\0';
}

/* Reads the command's memory map. True once its loader is past the preloads: the library is there,
 * or libc is, which is mapped after them; only then are `exe` and `mapped` set. */
static int look(const char* library) {
  char path[64], line[PATH_MAX + 256];
  snprintf(path, sizeof path, "/proc/%d/maps", (int)child);
  FILE* maps = fopen(path, "re");
  if (maps == NULL) return 0;
  int found = 0, past_preloads = 0;
  while (!found && fgets(line, sizeof line, maps) != NULL) {
    found = strstr(line, library) != NULL;
    if (found || strstr(line, "/libc.so") != NULL) past_preloads = 1;
  }
  fclose(maps);
  if (!past_preloads) return 0;
  line[found ? strcspn(line, "\n") : 0] = '\0';
  memcpy(mapped, line, sizeof mapped);
  read_exe(exe, sizeof exe);
  return 1;
}

/* After an exec of the command's own, the new image's truth replaces the former's. */
static void look_again_after_exec(const char* library) {
  char current[PATH_MAX];
  read_exe(current, sizeof current);
  if (current[0] != '\0' && strcmp(current, exe) != 0) look(library);
}

/* One stop of the traced command. Returns with the command running again, traced or let go. */
static void step(int status, const char* library) {
  static int stops;
  int signal_number = WSTOPSIG(status);
  if (stops == 0) { /* the first exec */
    ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
    signal_number = 0;
  } else if (signal_number == (SIGTRAP | 0x80) || status >> 16 == PTRACE_EVENT_EXEC) {
    signal_number = 0;
  } /* else a signal on its way to the command */
  int done = ++stops >= loader_stops || look(library);
  ptrace(done ? PTRACE_DETACH : PTRACE_SYSCALL, child, 0, (long)signal_number);
}

static _Noreturn void run(char** command, const char* preload, int error_pipe) {
  if (*preload != '\0') {
    const char* old = getenv("LD_PRELOAD");
    char* value = NULL;
    if (asprintf(&value, "%s%s%s", preload, old && *old ? ":" : "", old ? old : "") < 0) _exit(125);
    setenv("LD_PRELOAD", value, 1);
  }
  const char* untraced = getenv("OXIDALLOC_MEASURE_UNTRACED");
  if (untraced == NULL || *untraced == '\0') ptrace(PTRACE_TRACEME, 0, 0, 0);
  unsetenv("OXIDALLOC_MEASURE_UNTRACED");
  execvp(command[0], command);
  int error = errno;
  (void)!write(error_pipe, &error, sizeof error);
  _exit(error == ENOENT ? 127 : 126);
}

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: measure RESULT LIBRARY PRELOAD COMMAND [ARG...]\n");
    return 2;
  }
  const char* library = argv[2];
  int error_pipe[2];
  if (pipe2(error_pipe, O_CLOEXEC) != 0) {
    perror("measure: pipe2");
    return 125;
  }
  sigset_t wake, old_mask;
  sigemptyset(&wake);
  sigaddset(&wake, SIGCHLD);
  sigprocmask(SIG_BLOCK, &wake, &old_mask);

  long long start = now_us();
  child = fork();
  if (child < 0) {
    perror("measure: fork");
    return 125;
  }
  if (child == 0) {
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    run(argv + 4, argv[3], error_pipe[1]);
  }
  close(error_pipe[1]);
  signal(SIGINT, SIG_IGN); /* the terminal sends these to the command too */
  signal(SIGQUIT, SIG_IGN);
  signal(SIGTERM, pass_on);
  signal(SIGHUP, pass_on);

  int status = 0;
  struct rusage usage;
  for (;;) {
    pid_t pid = wait4(child, &status, WNOHANG, &usage);
    if (pid == child && !WIFSTOPPED(status)) break;
    if (pid == child) {
      step(status, library);
      continue;
    }
    if (pid < 0 && errno != EINTR) {
      perror("measure: wait4");
      return 125;
    }
    struct timespec tick = {.tv_nsec = 50 * 1000 * 1000};
    if (sigtimedwait(&wake, NULL, &tick) < 0) look_again_after_exec(library);
  }
  long long wall = now_us() - start;

  int error = 0;
  if (read(error_pipe[0], &error, sizeof error) == (ssize_t)sizeof error)
    fprintf(stderr, "measure: %s: %s\n", argv[4], strerror(error));
  int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  FILE* result = fopen(argv[1], "we");
  if (result == NULL) {
    perror(argv[1]);
    return 125;
  }
  fprintf(result, "wall_us=%lld\ncpu_us=%lld\nrss_kib=%ld\nstatus=%d\nexe=%s\nmapped=%s\n", wall,
          timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime), usage.ru_maxrss, code, exe,
          mapped);
  fclose(result);
  return code;
}
