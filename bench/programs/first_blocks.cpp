// A program that ends soon: blocks of 8 bytes to 2 KiB, of each size few; at each turn one more,
// and half of the time one of those that there are is freed. For callgrind.
//   first_blocks BLOCKS
#include <array>
#include <utility>

#include "common.hpp"

int main(int argc, char** argv) {
  static std::array<bench::Block*, 4000> blocks;
  const std::size_t all = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (all == 0 || all > blocks.size()) {
    std::fprintf(stderr, "usage: first_blocks BLOCKS (at most %zu)\n", blocks.size());
    return 2;
  }
  bench::Random random(1);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < all; ++i) {
    blocks[i] = bench::make(random.log_between(8, 2048));
    if (random.below(2) == 0)
      sum += bench::drop(std::exchange(blocks[random.below(i + 1)], nullptr));
  }
  return bench::finish(sum);
}
