// Destructors of thread_local objects and pthread keys that allocate and free as their thread ends,
// some of them after the library's own has run. Every thread does it; resident memory must not
// rise.
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

pthread_key_t keys[8];

// Sets itself again until pthread gives up, allocating each time.
void on_end(void* value) {
  auto* block = static_cast<char*>(value);
  const std::size_t round = static_cast<std::size_t>(block[0]);
  std::free(block);
  if (round > 8) return;
  const std::size_t size = 100 * round * round + 10;
  block = static_cast<char*>(std::calloc(1, size));
  block = static_cast<char*>(std::realloc(block, 2 * size));
  block[0] = static_cast<char>(round + 1);
  pthread_setspecific(keys[round % 8], block);
}

struct Local {
  std::vector<std::string> strings;
  ~Local() {
    for (int i = 0; i < 50; ++i)
      strings.push_back(std::string(static_cast<std::size_t>(i) * 40, 'x'));
  }
};
thread_local Local local;

void live() {
  local.strings.push_back("of this thread, and too long for the object itself");
  for (pthread_key_t key : keys) {
    auto* block = static_cast<char*>(std::malloc(200));
    block[0] = 1;
    pthread_setspecific(key, block);
  }
}

long resident_kib() {
  long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file || std::fscanf(file, "%*d %ld", &pages) != 1) std::exit(3);
  std::fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

}  // namespace

int main() {
  for (pthread_key_t& key : keys)
    if (pthread_key_create(&key, on_end) != 0) return 2;
  long early = 0;
  constexpr int kThreads = 3000;
  for (int i = 0; i < kThreads; ++i) {
    std::thread(live).join();
    if (i == kThreads / 10) early = resident_kib();
  }
  const long late = resident_kib();
  std::printf("resident: %ld KiB after a tenth of the threads, %ld KiB after all\n", early, late);
  // The last round's blocks are lost by the program itself, on every allocator: some 10 KiB per
  // thread at most.
  return late > early + 2048 + kThreads * 12;
}
