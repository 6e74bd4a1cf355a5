// Threads that live for a moment: each makes a few hundred blocks, frees half, and leaves the rest
// to the next thread of its lane.
//   thread_churn THREADS
#include <array>

#include "common.hpp"

namespace {

constexpr int all_lives = 16'000;
using Blocks = std::array<bench::Block*, 400>;

std::uint64_t live(Blocks& blocks, bench::Random& random) {
  std::uint64_t sum = 0;
  for (auto*& block : blocks) {
    sum += bench::drop(block);
    block = bench::make(random.log_between(16, 4096));
  }
  for (std::size_t i = 0; i < blocks.size(); i += 2) {
    sum += bench::drop(blocks[i]);
    blocks[i] = nullptr;
  }
  return sum;
}

std::uint64_t lane(int number, int lives) {
  Blocks blocks{};
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::uint64_t sum = 0;
  for (int i = 0; i < lives; ++i) std::thread([&] { sum += live(blocks, random); }).join();
  for (auto* block : blocks) sum += bench::drop(block);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  return bench::finish(
      bench::run_threads(threads, [&](int i) { return lane(i, all_lives / threads); }));
}
