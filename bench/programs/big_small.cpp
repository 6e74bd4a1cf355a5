// Mostly small blocks, some of a few pages, a few of up to 1 MiB, in one table replaced at random.
//   big_small THREADS
#include <array>

#include "common.hpp"

namespace {

constexpr int all_replacements = 5'000'000;

std::size_t next_size(bench::Random& random) {
  std::uint32_t kind = random.below(1000);
  if (kind < 960) return random.log_between(16, 512);
  if (kind < 999) return random.log_between(512, 32'768);
  return random.log_between(65'536, 1'048'576);
}

// Big blocks are used by the page, small ones at their ends.
bench::Block* make_used(std::size_t size) {
  auto* block = bench::make(size);
  auto* bytes = reinterpret_cast<volatile unsigned char*>(block);
  for (std::size_t at = 4096; at < size; at += 4096) bytes[at] = 1;
  return block;
}

std::uint64_t work(int number, int replacements) {
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::vector<bench::Block*> table(5000);
  std::uint64_t sum = 0;
  for (int i = 0; i < replacements; ++i) {
    auto& slot = table[random.below(table.size())];
    sum += bench::drop(slot);
    slot = make_used(next_size(random));
  }
  for (auto* block : table) sum += bench::drop(block);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  return bench::finish(
      bench::run_threads(threads, [&](int i) { return work(i, all_replacements / threads); }));
}
