// Many threads with mixed lifetimes: each makes bursts of blocks of one size, frees most of them
// itself, and swaps some with a table that all share, so that blocks wander between threads. The
// threads end and are started anew several times.
//   exchange THREADS
#include <array>
#include <atomic>

#include "common.hpp"

namespace {

constexpr int all_bursts = 600'000;
constexpr int lives = 8;
std::array<std::atomic<bench::Block*>, 4000> shared;

std::uint64_t work(std::uint64_t seed, int bursts) {
  bench::Random random(seed);
  std::array<bench::Block*, 100> burst;
  std::array<bench::Block*, 500> kept{};
  std::uint64_t sum = 0;
  for (int b = 0; b < bursts; ++b) {
    std::size_t size =
        random.below(50) == 0 ? random.between(1000, 32'000) : random.between(8, 256);
    std::size_t count = random.between(1, size > 256 ? 5 : burst.size());
    for (std::size_t i = 0; i < count; ++i) burst[i] = bench::make(size);
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t choice = random.below(8);
      if (choice == 0) burst[i] = shared[random.below(shared.size())].exchange(burst[i]);
      if (choice == 1) std::swap(burst[i], kept[random.below(kept.size())]);
      sum += bench::drop(burst[i]);
    }
  }
  for (auto* block : kept) sum += bench::drop(block);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  std::uint64_t sum = 0;
  for (int life = 0; life < lives; ++life)
    sum += bench::run_threads(threads, [&](int i) {
      return work(static_cast<std::uint64_t>(life * threads + i + 1), all_bursts / threads / lives);
    });
  for (auto& slot : shared) sum += bench::drop(slot.exchange(nullptr));
  return bench::finish(sum);
}
