/* Oxidalloc's figures about the calling process's heap. malloc and its family need no header of ours.
 *
 * Everything here is inline over mallinfo2() (glibc 2.33 or newer), so a program that uses it runs with
 * and without Oxidalloc; on libc's allocator the figures are libc's, with the same meaning. */
#ifndef OXIDALLOC_H
#define OXIDALLOC_H

#include <malloc.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct oxidalloc_statistics {
  size_t live_bytes;   /* in blocks that the program holds, large ones included */
  size_t large_bytes;  /* of these, in blocks with a mapping of their own */
  size_t large_blocks; /* how many such blocks */
  size_t held_bytes;   /* taken from the kernel for blocks, live or free */
  size_t kept_bytes;   /* of these, free and ready to be given back: what malloc_trim(0) is about */
};

static inline struct oxidalloc_statistics oxidalloc_statistics(void) {
  const struct mallinfo2 info = mallinfo2();
  struct oxidalloc_statistics statistics;
  statistics.live_bytes = info.uordblks + info.hblkhd;
  statistics.large_bytes = info.hblkhd;
  statistics.large_blocks = info.hblks;
  statistics.held_bytes = info.arena + info.hblkhd;
  statistics.kept_bytes = info.keepcost;
  return statistics;
}

#ifdef __cplusplus
}
#endif
#endif
