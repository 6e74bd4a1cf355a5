// Memory after 1 GiB of mixed sizes is freed: RSS is printed when it is full and as soon as it is
// freed. One thread frees its own blocks; with more, "join": the makers have ended when the main
// thread frees their blocks, in the order of making; "stay": they wait, alive, and call nothing.
//   retention THREADS [join | stay]
#include <latch>

#include "common.hpp"

namespace {

constexpr std::size_t all_bytes = std::size_t{1} << 30;

std::vector<bench::Block*> fill(std::size_t bytes, std::uint64_t seed) {
  bench::Random random(seed);
  std::vector<bench::Block*> blocks;
  blocks.reserve(bytes / 1024);
  while (bytes > 0) {
    std::size_t size = random.log_between(16, random.below(64) == 0 ? 1u << 20 : 8192);
    blocks.push_back(bench::make_filled(size));
    bytes -= size < bytes ? size : bytes;
  }
  return blocks;
}

std::uint64_t drop_all(std::vector<bench::Block*>& blocks) {
  std::uint64_t sum = 0;
  for (auto* block : blocks) sum += bench::drop(block);
  std::vector<bench::Block*>().swap(blocks);  // "= {}" would keep its memory
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  auto threads = static_cast<std::size_t>(bench::threads_argument(argc, argv));
  bool stay = bench::mode_argument(argc, argv, "join") == "stay";
  std::vector<std::vector<bench::Block*>> made(threads);
  std::vector<std::thread> makers;
  std::latch full(static_cast<std::ptrdiff_t>(threads)), freed(1);
  if (threads == 1) made[0] = fill(all_bytes, 1);
  for (std::size_t i = 0; threads > 1 && i < threads; ++i)
    makers.emplace_back([&, i] {
      made[i] = fill(all_bytes / threads, i + 1);
      full.count_down();
      if (stay) freed.wait();
    });
  if (threads > 1) full.wait();
  if (!stay)
    for (auto& maker : makers) maker.join();
  bench::report_rss("full");
  std::uint64_t sum = 0;
  for (auto& blocks : made) sum += drop_all(blocks);
  bench::report_rss("freed");
  freed.count_down();
  if (stay)
    for (auto& maker : makers) maker.join();
  return bench::finish(sum);
}
