// Programs with bugs that go on: heal NAME commits them again and again amid honest work, and
// checks its own blocks all the while. Exits with 0 if these had what they should have to the end.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERATIONS 300000
#define LIVE 1000
#define EVERY 1000

static struct {
  unsigned char* start;
  size_t size;
} live[LIVE];

static void fail(const char* what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void check(int i) {
  for (size_t at = 0; at < live[i].size; ++at)
    if (live[i].start[at] != (unsigned char)i) fail("a block does not hold what was written to it");
}

static size_t size_at(unsigned step) {
  return step % 50 == 0 ? 5000 : 16 + step * 7919u % 900;
}

static void replace(int i, unsigned step) {
  check(i);
  free(live[i].start);
  live[i].size = size_at(step);
  live[i].start = malloc(live[i].size);
  if (!live[i].start) fail("no memory");
  memset(live[i].start, i, live[i].size);
}

static void* free_it(void* block) {
  free(block);
  return NULL;
}

static void double_free(unsigned step) {
  void* block = malloc(size_at(step + step / EVERY % 3));
  free(block);
  free(block);
}

static void double_free_in_thread(unsigned step) {
  pthread_t thread;
  void* block = malloc(size_at(step + step / EVERY % 3));
  free(block);
  if (pthread_create(&thread, NULL, free_it, block) != 0) fail("no thread");
  pthread_join(thread, NULL);
}

// The block keeps eight bytes less of what it held: they are written anew.
static void interior(unsigned step) {
  const int i = (int)(step * 31u % LIVE);
  free(live[i].start + 8);
  memset(live[i].start, i, live[i].size);
}

static void write_after_free(unsigned step) {
  char* block = malloc(size_at(step + 1));  // a small one
  free(block);
  memset(block, 'A', 16);
}

static void every_bug(unsigned step) {
  void (*const bugs[])(unsigned) = {double_free, double_free_in_thread, interior, write_after_free};
  bugs[step / EVERY % 4](step);
}

static const struct {
  const char* name;
  void (*commit)(unsigned);
} bugs[] = {{"double_free", double_free},
            {"double_free_in_thread", double_free_in_thread},
            {"interior", interior},
            {"write_after_free", write_after_free},
            {"every_bug", every_bug}};

static void work(void (*commit)(unsigned)) {
  for (int i = 0; i < LIVE; ++i) replace(i, (unsigned)i);
  for (unsigned step = 1; step <= OPERATIONS; ++step) {
    replace((int)(step * 2654435761u % LIVE), step);
    if (step % EVERY == 0) commit(step);
  }
  for (int i = 0; i < LIVE; ++i) check(i);
  puts("right to the end");
}

int main(int count, char** arguments) {
  for (size_t i = 0; count == 2 && i < sizeof bugs / sizeof bugs[0]; ++i)
    if (strcmp(bugs[i].name, arguments[1]) == 0) {
      work(bugs[i].commit);
      return 0;
    }
  return 2;
}
