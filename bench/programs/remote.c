// remote SIZE BATCH ROUNDS: one thread allocates BATCH blocks of SIZE bytes, another frees them,
// ROUNDS times in turn; nothing else. For callgrind: the cost of a free by another thread, the
// owner's side included.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

enum { most_blocks = 10000 };
static void* blocks[most_blocks];
static size_t batch, rounds;
static sem_t made, freed;

static void* free_all(void* unused) {
  for (size_t round = 0; round < rounds; ++round) {
    sem_wait(&made);
    for (size_t i = 0; i < batch; ++i) free(blocks[i]);
    sem_post(&freed);
  }
  return unused;
}

int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: remote SIZE BATCH ROUNDS\n");
    return 2;
  }
  const size_t size = strtoul(arguments[1], NULL, 10);
  batch = strtoul(arguments[2], NULL, 10);
  rounds = strtoul(arguments[3], NULL, 10);
  if (batch > most_blocks) return 2;

  sem_init(&made, 0, 0);
  sem_init(&freed, 0, 0);
  pthread_t other;
  if (pthread_create(&other, NULL, free_all, NULL) != 0) return 1;
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < batch; ++i) blocks[i] = malloc(size);
    sem_post(&made);
    sem_wait(&freed);
  }
  pthread_join(other, NULL);
  return 0;
}
