// Blocks made by some threads and freed by others, handed over 128 at a time, so that the
// allocator and not the queue is measured.
//   producer_consumer THREADS [n:1 | 1:n | n:n]     (two threads at least)
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "common.hpp"

namespace {

constexpr int all_batches = 96'000;
using Batch = std::array<bench::Block*, 128>;

// A bounded queue; the producers wait when the consumers are 64 batches behind.
class Channel {
 public:
  void put(const Batch& batch) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return count_ < ring_.size(); });
    ring_[(first_ + count_++) % ring_.size()] = batch;
    filled_.notify_one();
  }

  bool take(Batch& batch) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return count_ > 0 || closed_; });
    if (count_ == 0) return false;
    batch = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --count_;
    room_.notify_one();
    return true;
  }

  void close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    filled_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::array<Batch, 64> ring_;
  std::size_t first_ = 0, count_ = 0;
  bool closed_ = false;
};

Channel channel;
std::atomic<int> producing;

std::uint64_t produce(int producer, int batches) {
  bench::Random random(static_cast<std::uint64_t>(producer) + 1);
  for (int i = 0; i < batches; ++i) {
    Batch batch;
    for (auto*& block : batch) block = bench::make(random.log_between(16, 512));
    channel.put(batch);
  }
  if (--producing == 0) channel.close();
  return 0;
}

std::uint64_t consume() {
  std::uint64_t sum = 0;
  for (Batch batch; channel.take(batch);)
    for (auto* block : batch) sum += bench::drop(block);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  if (threads < 2) threads = 2;
  auto mode = bench::mode_argument(argc, argv, "n:n");
  int producers = mode == "n:1" ? threads - 1 : mode == "1:n" ? 1 : threads / 2;
  producing = producers;
  return bench::finish(bench::run_threads(threads, [&](int i) {
    return i < producers ? produce(i, all_batches / producers) : consume();
  }));
}
