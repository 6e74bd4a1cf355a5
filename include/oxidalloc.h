/* Oxidalloc: figures about the calling process's heap, and what can be asked of it. malloc and its
 * family need no header of ours.
 *
 * The functions are in liboxidalloc.so and declared weak: a program that uses this header need not
 * link the library and runs without it. Where it is not there they are null; ask before calling
 * one:
 *
 *     if (oxidalloc_version) printf("%s\n", oxidalloc_version());
 *
 * Where the library is there but does not serve the process (oxidalloc-denylist, OX_DISABLE=1, an
 * allocator that the program brings), functions that return an int fail with ENOTSUP.
 *
 * Sizes and all figures that end in _bytes are bytes; the others are counts. Errors are returned,
 * as numbers of <errno.h>; errno is not set. Every function may be called by any thread, none in a
 * signal handler. Other threads go on meanwhile, so figures may be off by what these do. No
 * function allocates.
 *
 * Structures grow at their ends: `size` is the sizeof that the program was compiled with. */
#ifndef OXIDALLOC_H
#define OXIDALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OXIDALLOC_WEAK __attribute__((weak))

/* "0.1.0". Never fails. */
OXIDALLOC_WEAK const char* oxidalloc_version(void);

struct oxidalloc_figures {
  size_t live_bytes; /* in blocks that the program holds */
  size_t live_blocks;
  size_t large_bytes; /* of these, in large blocks: more than 32 KiB, each with pages of its own */
  size_t large_blocks;
  size_t span_bytes;       /* set aside for blocks, in use or free */
  size_t peak_span_bytes;  /* the most at one time */
  size_t kept_bytes;       /* free memory in spans of nobody, which oxidalloc_purge() gives back */
  size_t accessible_bytes; /* address space that can be read and written, touched or not */
  size_t reserved_bytes;   /* address space set aside, most of it inaccessible: costs no memory */
  size_t regions;          /* in so many pieces */
  size_t threads;          /* that have a heap */
  size_t purges;           /* calls to the kernel that gave memory back */
  size_t purged_bytes;     /* in all; pages that were never touched count */
  size_t remote_frees; /* frees by other threads than the block's, as far as it has noticed them */
};

/* Fills *figures. 0, or ENOTSUP, or EINVAL: a null pointer. Takes time with the number of slabs. */
OXIDALLOC_WEAK int oxidalloc_statistics(struct oxidalloc_figures* figures, size_t size);

struct oxidalloc_class_figures {
  size_t block_bytes; /* of each block of the class */
  size_t live_blocks; /* that the program holds */
  size_t
      held_bytes; /* memory of the class's slabs: touched at some time and not given back since */
  size_t waste_bytes; /* of these, in no block that the program holds */
  size_t peak_bytes;  /* of the class's slabs, the most at one time, untouched pages included */
  size_t slabs;
};

/* Fills at most `count` rows, smallest class first; each is `size` bytes apart. *classes, unless
 * null, becomes the number of classes there are. 0, or ENOTSUP, or EINVAL: rows is null and count
 * is not 0. */
OXIDALLOC_WEAK int oxidalloc_class_statistics(struct oxidalloc_class_figures* rows, size_t count,
                                              size_t size, size_t* classes);

/* Gives all free memory back to the system that the calling thread may take: what it keeps itself,
 * and what no thread has. 0: there was some. EAGAIN: there was none. Or ENOTSUP. malloc_trim(0)
 * does the same. */
OXIDALLOC_WEAK int oxidalloc_purge(void);

/* Writes the heap profile to the file that OX_PROFILE names, as at the process's end: see
 * oxidalloc(7). 0; ENOTSUP: no profile is being made; EIO: the file cannot be written. */
OXIDALLOC_WEAK int oxidalloc_profile(void);

/* The options of oxidalloc(7), numbered from 0: the name, as "OX_STATS"; null past the last. */
OXIDALLOC_WEAK const char* oxidalloc_option_name(size_t index);

/* Writes the value in effect as it would stand in the environment, terminated by a null byte. 0;
 * EINVAL: no such option, or a null pointer; ERANGE: `size` is too small. They are read when the
 * process starts, from its environment, and cannot be changed. */
OXIDALLOC_WEAK int oxidalloc_option(const char* name, char* value, size_t size);

#ifdef __cplusplus
}
#endif
#endif
