// Batches of one size after another, small ones more often, as in the SmartHeap tests sh6 and sh8:
// a third of each batch is freed at once in reverse order, a third when the next batch is made, and
// a third replaces blocks of a long-lived table.
//   mixed_lifetimes THREADS
#include <array>

#include "common.hpp"

namespace {

constexpr int all_rounds = 8'000;

class Worker {
 public:
  explicit Worker(int number) : random_(static_cast<std::uint64_t>(number) + 1) {}

  std::uint64_t work(int rounds) {
    for (int i = 0; i < rounds; ++i)
      for (std::size_t size = 8; size <= 1000; size += 8 + size / 4)
        batch(size, 4000 / (8 + size / 8));
    for (auto* block : table_) sum_ += bench::drop(block);
    for (auto* block : waiting_) sum_ += bench::drop(block);
    return sum_;
  }

 private:
  void batch(std::size_t size, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      fresh_[i] = bench::make(random_.between(size, size + 7));
    for (std::size_t i = count; i-- > 2 * count / 3;) sum_ += bench::drop(fresh_[i]);
    for (std::size_t i = 0; i < count / 3; ++i) {
      sum_ += bench::drop(waiting_[i]);
      waiting_[i] = fresh_[i];
    }
    for (std::size_t i = count / 3; i < 2 * count / 3; ++i) {
      auto& slot = table_[random_.below(table_.size())];
      sum_ += bench::drop(slot);
      slot = fresh_[i];
    }
  }

  bench::Random random_;
  std::array<bench::Block*, 512> fresh_{}, waiting_{};
  std::array<bench::Block*, 20'000> table_{};
  std::uint64_t sum_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  return bench::finish(
      bench::run_threads(threads, [&](int i) { return Worker(i).work(all_rounds / threads); }));
}
