// A server in the manner of Larson and Krishnan: each thread replaces blocks of a table at random,
// then hands its table to a thread it starts and exits. Blocks so outlive the threads that made
// them, and most frees are of another thread's blocks.
//   larson THREADS
#include <array>
#include <latch>

#include "common.hpp"

namespace {

constexpr int all_replacements = 40'000'000;
constexpr int generations = 100;

struct Table {
  std::array<bench::Block*, 1000> blocks{};
  bench::Random random{0};
  int per_generation = 0;
  int generations_left = generations;
  std::uint64_t sum = 0;
};

void serve(Table& table, std::latch& done) {
  for (int i = 0; i < table.per_generation; ++i) {
    auto& slot = table.blocks[table.random.below(table.blocks.size())];
    table.sum += bench::drop(slot);
    slot = bench::make(table.random.between(8, 1000));
  }
  if (--table.generations_left == 0)
    done.count_down();
  else
    std::thread([&] { serve(table, done); }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  std::vector<Table> tables(static_cast<std::size_t>(threads));
  std::latch done(threads);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    tables[i].random = bench::Random(i + 1);
    tables[i].per_generation = all_replacements / threads / generations;
    std::thread([&, i] { serve(tables[i], done); }).detach();
  }
  done.wait();
  std::uint64_t sum = 0;
  for (auto& table : tables) {
    sum += table.sum;
    for (auto* block : table.blocks) sum += bench::drop(block);
  }
  return bench::finish(sum);
}
