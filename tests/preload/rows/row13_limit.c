/* All memory locked where locked memory is limited, to 8 MiB. Usage: row13_limit MODE
 *   without   called without CAP_IPC_LOCK: counts all address space there is
 *   before    called with it, which is given up afterwards: what was locked counts from then on
 *   current   MCL_CURRENT alone, again and again while the heap grows
 *   small     a limit that no program keeps: refused, and the heap goes on as before */
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "status.h"

enum { kLimit = 8 << 20, kKiB = 1 << 10 };

static void limit(rlim_t bytes) {
  const struct rlimit both = {bytes, bytes};
  check(setrlimit(RLIMIT_MEMLOCK, &both) == 0);
}

static void give_up_privileges(void) {
  if (getuid() != 0) return;
  check(setgroups(0, NULL) == 0 && setgid(65534) == 0 && setuid(65534) == 0);
}

static void check_zero(const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) check(bytes[i] == 0);
}

/* `count` blocks at once of some size each, filled and freed; then the same zeroed. */
static void use(size_t size, int count) {
  static void* blocks[1024];
  for (int i = 0; i < count; ++i) {
    check(blocks[i] = malloc(size + (size_t)i % 64));
    memset(blocks[i], i | 1, size);
  }
  for (int i = 0; i < count; ++i) check(*(unsigned char*)blocks[i] == ((i | 1) & 0xff));
  for (int i = 0; i < count; ++i) free(blocks[i]);
  for (int i = 0; i < count; ++i) {
    check(blocks[i] = calloc(1, size));
    check_zero(blocks[i], size);
  }
  for (int i = 0; i < count; ++i) free(blocks[i]);
}

static void* in_thread(void* unused) {
  use(100, 100);
  return unused;
}

/* The program maps memory of its own, starts a thread, and has a growing heap. */
static void go_on(void) {
  check(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
        MAP_FAILED);
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 64 * kKiB);
  check(pthread_create(&thread, &attributes, in_thread, NULL) == 0);
  pthread_join(thread, NULL);
  use(500, 1000);
  use(4000, 200);
  use(40 * kKiB, 20);
  char* growing = NULL;
  for (size_t size = 1; size <= 512 * kKiB; size *= 2) {
    check(growing = realloc(growing, size));
    growing[size - 1] = 'x';
  }
  free(growing);
}

int main(int argc, char** argv) {
  check(argc == 2);
  const char mode = argv[1][0];
  free(malloc(100));
  const long before = status_kib("VmSize");
  limit(mode == 's' ? 64 * kKiB : kLimit);
  if (mode != 'b') give_up_privileges();
  if (mode == 's') {
    check(mlockall(MCL_CURRENT | MCL_FUTURE) == -1 && errno == ENOMEM);
    check(status_kib("VmSize") == before);
    return 0;
  }
  if (mode == 'c') {
    for (int i = 1; i <= 4; ++i) {
      check(mlockall(MCL_CURRENT) == 0);
      check(status_kib("VmLck") > 0);
      check(memset(malloc(700 * kKiB), 1, 700 * kKiB));
    }
    return 0;
  }
  check(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
  if (mode == 'b') give_up_privileges();
  check(status_kib("VmLck") <= kLimit / kKiB);
  go_on();
  return 0;
}
