// Blocks of 64 KiB to 8 MiB, replaced at random among 16, every page written once.
//   large_blocks THREADS
#include <array>

#include "common.hpp"

namespace {

constexpr int all_replacements = 6'000;

bench::Block* make_used(std::size_t size) {
  auto* block = bench::make(size);
  auto* bytes = reinterpret_cast<volatile unsigned char*>(block);
  for (std::size_t at = 4096; at < size; at += 4096) bytes[at] = 1;
  return block;
}

std::uint64_t work(int number, int replacements) {
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::array<bench::Block*, 16> table{};
  std::uint64_t sum = 0;
  for (int i = 0; i < replacements; ++i) {
    auto& slot = table[random.below(table.size())];
    sum += bench::drop(slot);
    slot = make_used(random.log_between(64u << 10, 8u << 20));
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
