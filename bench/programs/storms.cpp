// Storms of small blocks, 8 to 128 bytes: 200,000 at once, then all freed, in order, in reverse,
// or at random.
//   storms THREADS
#include <algorithm>

#include "common.hpp"

namespace {

constexpr int all_storms = 96;
constexpr std::size_t storm_blocks = 200'000;

void order(std::vector<bench::Block*>& blocks, int kind, bench::Random& random) {
  if (kind == 1) std::reverse(blocks.begin(), blocks.end());
  if (kind == 2)
    for (std::size_t i = blocks.size() - 1; i > 0; --i)
      std::swap(blocks[i], blocks[random.below(i + 1)]);
}

std::uint64_t work(int number, int storms) {
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::vector<bench::Block*> blocks(storm_blocks);
  std::uint64_t sum = 0;
  for (int storm = 0; storm < storms; ++storm) {
    for (auto*& block : blocks) block = bench::make(random.between(8, 128));
    order(blocks, storm % 3, random);
    for (auto* block : blocks) sum += bench::drop(block);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  return bench::finish(
      bench::run_threads(threads, [&](int i) { return work(i, all_storms / threads); }));
}
