// Aligned blocks, 32 B to 4 KiB (now and then 64 KiB), among plain ones, replaced at random.
//   aligned THREADS
#include "common.hpp"

namespace {

constexpr int all_replacements = 6'000'000;

bench::Block* make_aligned(bench::Random& random) {
  std::size_t size = random.log_between(16, 8192);
  if (random.below(4) == 0) return bench::make(size);
  std::size_t alignment = std::size_t{32} << random.below(8);
  if (random.below(1000) == 0) alignment = 65'536;
  void* memory = nullptr;
  if (random.below(2) == 0)
    memory = std::aligned_alloc(alignment, size);
  else if (posix_memalign(&memory, alignment, size) != 0)
    std::abort();
  if (reinterpret_cast<std::uintptr_t>(memory) % alignment != 0) std::abort();
  return bench::adopt(memory, size);
}

std::uint64_t work(int number, int replacements) {
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::vector<bench::Block*> table(2000);
  std::uint64_t sum = 0;
  for (int i = 0; i < replacements; ++i) {
    auto& slot = table[random.below(table.size())];
    sum += bench::drop(slot);
    slot = make_aligned(random);
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
