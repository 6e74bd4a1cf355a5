// Fragmentation by a change of sizes: six phases of 200 MiB, each of other sizes, each freed but
// for one block in 64. RSS is printed at each phase's peak and when it is freed, and how much is
// live.
// "small": sizes to 2000 bytes, where nearly every page keeps a survivor and only reuse helps;
// "medium": 256 bytes to 32 KiB, where whole pages fall free.
//   phases THREADS [small | medium]
#include <array>
#include <string>

#include "common.hpp"

namespace {

constexpr std::size_t phase_bytes = 200u << 20;
constexpr std::size_t survivors = 64;
struct Sizes {
  std::size_t least, most;
};
using Phases = std::array<Sizes, 6>;
constexpr Phases small = {{{16, 48}, {200, 300}, {60, 110}, {1000, 2000}, {330, 480}, {24, 700}}};
constexpr Phases medium = {
    {{256, 512}, {2000, 4000}, {700, 1000}, {8000, 16'000}, {4000, 5000}, {300, 32'000}}};

class Worker {
 public:
  void fill(const Sizes& sizes, std::size_t bytes, std::uint64_t seed) {
    bench::Random random(seed);
    while (bytes > 0) {
      std::size_t size = random.between(sizes.least, sizes.most);
      blocks_.push_back(bench::make_filled(size));
      bytes -= size < bytes ? size : bytes;
    }
  }

  void thin() {
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      if (i % survivors == 0)
        kept_.push_back(blocks_[i]);
      else
        sum_ += bench::drop(blocks_[i]);
    blocks_.clear();
  }

  std::uint64_t end() {
    for (auto* block : kept_) sum_ += bench::drop(block);
    return sum_;
  }

  void reserve(std::size_t n) { blocks_.reserve(n), kept_.reserve(n / 16); }

 private:
  std::vector<bench::Block*> blocks_, kept_;
  std::uint64_t sum_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  auto count = static_cast<std::size_t>(threads);
  const Phases& sizes = bench::mode_argument(argc, argv, "small") == "medium" ? medium : small;
  std::vector<Worker> workers(count);
  for (auto& worker : workers) worker.reserve(phase_bytes / sizes[0].least / count + 1);
  auto each = [&](auto step) {
    bench::run_threads(threads, [&](int i) {
      step(workers[static_cast<std::size_t>(i)], static_cast<std::uint64_t>(i));
      return std::uint64_t{0};
    });
  };
  for (std::size_t phase = 0; phase < sizes.size(); ++phase) {
    each([&](Worker& w, std::uint64_t i) {
      w.fill(sizes[phase], phase_bytes / count, phase * 100 + i + 1);
    });
    bench::report_rss(("full" + std::to_string(phase + 1)).c_str());
    each([](Worker& w, std::uint64_t) { w.thin(); });
    bench::report_rss(("phase" + std::to_string(phase + 1)).c_str());
  }
  std::uint64_t sum = 0;
  for (auto& worker : workers) sum += worker.end();
  return bench::finish(sum);
}
