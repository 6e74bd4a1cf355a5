// Leaks on two known lines, and keeps nothing of what it allocates on others. See profile.bats,
// which finds the lines by the comments at their ends.
//
// leak THREADS: each thread leaks 32 MiB in small blocks and 32 MiB in large ones.
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

namespace {

constexpr size_t kMiB = size_t{1} << 20;
constexpr size_t kSmall = 400, kLarge = 4 * kMiB, kLeaked = 32 * kMiB;

void* volatile sink;

__attribute__((noinline)) void leak_small(size_t bytes) {
  for (size_t done = 0; done < bytes; done += kSmall) sink = operator new(kSmall);  // leak: small
}

__attribute__((noinline)) void leak_large(size_t bytes) {
  for (size_t done = 0; done < bytes; done += kLarge) sink = std::malloc(kLarge);  // leak: large
}

__attribute__((noinline)) void churn(size_t bytes) {
  for (size_t done = 0; done < bytes; done += 3000) {
    void* block = std::calloc(1, 1000);  // no leak: small
    block = std::realloc(block, 2000);
    sink = block;
    std::free(block);
    void* large = std::malloc(100000);    // no leak: large
    large = std::realloc(large, 300000);  // no leak: grown
    sink = large;
    std::free(large);
  }
}

void work() {
  for (size_t done = 0; done < kLeaked; done += kLarge) {
    churn(kMiB);
    leak_small(kLarge);
    leak_large(kLarge);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1;
  std::vector<std::thread> threads;
  for (int i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
}
