/* Compares what oxidalloc.h tells with what this program does. It is linked with nothing of ours.
 * "there": on the library; "absent": without it; "not_serving": it is there and does not serve. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oxidalloc.h"

enum { kBlocks = 10000, kSize = 200, kClass = 208, kLarge = 1000000 };

#define check(condition)                                           \
  do {                                                             \
    if (!(condition)) {                                            \
      fprintf(stderr, "figures.c:%d: %s\n", __LINE__, #condition); \
      exit(1);                                                     \
    }                                                              \
  } while (0)

static void* blocks[kBlocks];

static struct oxidalloc_figures figures(void) {
  struct oxidalloc_figures now;
  check(oxidalloc_statistics(&now, sizeof now) == 0);
  return now;
}

static struct oxidalloc_class_figures of_class(size_t block_bytes) {
  static struct oxidalloc_class_figures rows[200];
  size_t count = 0;
  check(oxidalloc_class_statistics(rows, 200, sizeof rows[0], &count) == 0);
  check(count > 50 && count <= 200);
  for (size_t i = 0; i < count; ++i) {
    check(i == 0 || rows[i].block_bytes > rows[i - 1].block_bytes);
    if (rows[i].block_bytes == block_bytes) return rows[i];
  }
  check(!"such a class");
  return rows[0];
}

static void* free_all(void* unused) {
  for (int i = 0; i < kBlocks; ++i) free(blocks[i]);
  return unused;
}

static void classes(void) {
  const struct oxidalloc_class_figures before = of_class(kClass);
  for (int i = 0; i < kBlocks; ++i) check((blocks[i] = malloc(kSize)));
  const struct oxidalloc_class_figures full = of_class(kClass);
  check(full.live_blocks == before.live_blocks + kBlocks);
  check(full.held_bytes >= full.live_blocks * kClass);
  check(full.waste_bytes == full.held_bytes - full.live_blocks * kClass);
  check(full.waste_bytes < full.held_bytes / 4);
  check(full.peak_bytes >= full.held_bytes && full.slabs > before.slabs);
  const size_t remote = figures().remote_frees;
  check(figures().threads >= 1);
  pthread_t other; /* its frees are remote */
  check(pthread_create(&other, NULL, free_all, NULL) == 0 && pthread_join(other, NULL) == 0);
  const struct oxidalloc_class_figures empty = of_class(kClass);
  check(empty.live_blocks < before.live_blocks + 100);
  check(empty.peak_bytes >= full.held_bytes);
  for (int i = 0; i < kBlocks; ++i) check((blocks[i] = malloc(kSize))); /* takes them in */
  check(figures().remote_frees >= remote + kBlocks / 2);
  free_all(NULL);
}

static void whole(void) {
  enum { kLarge = 60 << 10 };             /* longer ones go back at once */
  void* much = malloc((size_t)256 << 20); /* with so much in use, what is freed is kept at first */
  const struct oxidalloc_figures before = figures();
  void* large = memset(malloc(kLarge), 1, kLarge);
  const struct oxidalloc_figures now = figures();
  check(now.large_blocks == before.large_blocks + 1);
  check(now.large_bytes - before.large_bytes >= kLarge &&
        now.live_bytes - before.live_bytes >= kLarge);
  check(now.span_bytes <= now.peak_span_bytes && now.live_bytes <= now.span_bytes);
  check(now.span_bytes <= now.accessible_bytes && now.accessible_bytes <= now.reserved_bytes);
  check(now.regions >= 1);
  free(large);
  check(figures().peak_span_bytes >= now.span_bytes);
  check(oxidalloc_purge() == 0); /* the large block's pages at least */
  check(figures().purges > before.purges && figures().purged_bytes >= before.purged_bytes + kLarge);
  check(figures().kept_bytes == 0 && oxidalloc_purge() == EAGAIN);
  free(much);
}

/* A program compiled with another idea of the structures: no byte past what it has room for is
 * written. */
static void sizes(void) {
  size_t two[2] = {0, 77};
  check(oxidalloc_statistics((struct oxidalloc_figures*)two, sizeof two[0]) == 0 && two[0] > 0 &&
        two[1] == 77);
  struct {
    struct oxidalloc_class_figures row;
    size_t more;
  } rows[3] = {{.more = 1}, {.more = 2}, {.more = 3}};
  check(oxidalloc_class_statistics(&rows[0].row, 2, sizeof rows[0], NULL) == 0);
  check(rows[0].row.block_bytes == 16 && rows[1].row.block_bytes == 32 &&
        rows[2].row.block_bytes == 0);
  check(rows[0].more == 1 && rows[1].more == 2);
  size_t count = 0;
  check(oxidalloc_class_statistics(NULL, 0, 0, &count) == 0 && count > 50);
  check(oxidalloc_statistics(NULL, 8) == EINVAL &&
        oxidalloc_class_statistics(NULL, 1, 8, NULL) == EINVAL);
}

static void option(const char* name, const char* wanted) {
  char value[100];
  check(oxidalloc_option(name, value, sizeof value) == 0);
  if (strcmp(value, wanted) != 0) fprintf(stderr, "%s is %s\n", name, value);
  check(strcmp(value, wanted) == 0);
}

static void all_options(void) {
  char value[8];
  size_t count = 0;
  for (const char* name; (name = oxidalloc_option_name(count)); ++count)
    check(strncmp(name, "OX_", 3) == 0);
  check(count >= 5 && strcmp(oxidalloc_option_name(0), "OX_DISABLE") == 0);
  option("OX_DISABLE", "0");
  option("OX_STATS", getenv("OX_STATS") ? getenv("OX_STATS") : "0");
  option("OX_REPORT", getenv("OX_REPORT") ? getenv("OX_REPORT") : "abort");
  check(oxidalloc_option("OX_REPORT", value, 3) == ERANGE);
  check(oxidalloc_option("OX_NONE", value, sizeof value) == EINVAL &&
        oxidalloc_option(NULL, value, 8) == EINVAL);
}

static int there(void) {
  check(oxidalloc_version && oxidalloc_statistics && oxidalloc_class_statistics && oxidalloc_purge);
  check(strchr(oxidalloc_version(), '.'));
  whole();
  classes();
  sizes();
  all_options();
  return 0;
}

static int absent(void) {
  check(!oxidalloc_version && !oxidalloc_statistics && !oxidalloc_class_statistics &&
        !oxidalloc_purge);
  return 0;
}

static int not_serving(void) {
  struct oxidalloc_figures now;
  check(oxidalloc_version && oxidalloc_statistics(&now, sizeof now) == ENOTSUP);
  check(oxidalloc_class_statistics(NULL, 0, 0, NULL) == ENOTSUP && oxidalloc_purge() == ENOTSUP);
  option("OX_DISABLE", "1");
  return 0;
}

int main(int argc, char** argv) {
  const char* what = argc == 2 ? argv[1] : "";
  if (strcmp(what, "there") == 0) return there();
  if (strcmp(what, "absent") == 0) return absent();
  if (strcmp(what, "not_serving") == 0) return not_serving();
  return 2;
}
