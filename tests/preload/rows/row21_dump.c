/* A program to be dumped: blocks of every kind with a text in each. Usage: row21_dump
 * wait|abort|flags wait   prints "ready" and waits to be looked at abort  ends by SIGABRT flags
 * finds its blocks' mappings in /proc/self/smaps: what is in use is dumped, what is only reserved
 * is not */
#include <stdint.h>
#include <stdio.h>

#include "check.h"

enum { kBlocks = 3000 };

struct note {
  char text[32];
  struct note* next;
};
struct note* notes; /* found by the debugger by this name */

static void fill(void) {
  static const size_t sizes[] = {sizeof(struct note), 500, 3000, 20000, 100000, 2000000};
  for (int i = 0; i < kBlocks; ++i) {
    struct note* note = malloc(i % 100 == 5 ? sizes[5] : sizes[i % 5]);
    check(note);
    snprintf(note->text, sizeof note->text, "note %d of the heap", i);
    note->next = notes;
    notes = note;
  }
}

/* The flags of the mapping that holds the address, of the one before and of the one behind. */
static void flags(void) {
  char line[512], state[3][256] = {"", "", ""};
  uintptr_t start = 0, stop = 0;
  int found = 0, reserved = 0;
  FILE* file = fopen("/proc/self/smaps", "r");
  check(file);
  while (fgets(line, sizeof line, file)) {
    unsigned long from, to, inode;
    char rights[8];
    if (sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, rights, &inode) == 4) {
      start = from;
      stop = to;
      snprintf(state[0], sizeof state[0], "%s", rights);
    }
    if (strncmp(line, "VmFlags:", 8) != 0) continue;
    const int left_out = strstr(line, " dd") != NULL;
    for (const struct note* note = notes; note; note = note->next)
      if ((uintptr_t)note >= start && (uintptr_t)note < stop) {
        check(!left_out);
        ++found;
      }
    if (stop - start > (1ul << 30)) { /* nothing else in this program is that large */
      check(left_out && strcmp(state[0], "---p") == 0);
      ++reserved;
    }
  }
  fclose(file);
  printf("%d blocks to be dumped, %d mappings left out\n", found, reserved);
  check(found == kBlocks && reserved > 0);
}

int main(int argc, char** argv) {
  check(argc == 2);
  fill();
  if (strcmp(argv[1], "flags") == 0) {
    flags();
  } else if (strcmp(argv[1], "abort") == 0) {
    abort();
  } else {
    check(write(1, "ready\n", 6) == 6);
    sleep(60);
  }
  return 0;
}
