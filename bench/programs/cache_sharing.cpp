// False sharing in the manner of the Hoard tests. "thrash": each thread makes a small block, writes
// it often, and frees it; blocks of two threads on one cache line make both slow. "scratch": each
// thread is first given a block by the main thread and frees it; an allocator that hands that block
// out again in the new thread leaves its line shared with a neighbour's.
//   cache_sharing THREADS [thrash | scratch]
#include "common.hpp"

namespace {

constexpr int all_blocks = 1'000'000;
constexpr int writes = 800;

std::uint64_t work(bench::Block* given, int blocks) {
  std::uint64_t sum = bench::drop(given);
  for (int i = 0; i < blocks; ++i) {
    auto* block = bench::make(8);
    auto* count = reinterpret_cast<volatile std::uint32_t*>(&block->mark);
    std::uint32_t mark = *count;
    for (int w = 0; w < writes; ++w) *count = *count + 1;
    *count = *count - writes;
    sum += *count == mark ? 1 : 2;
    sum += bench::drop(block);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  bool scratch = bench::mode_argument(argc, argv, "thrash") == "scratch";
  std::vector<bench::Block*> given(static_cast<std::size_t>(threads), nullptr);
  if (scratch)
    for (auto*& block : given) block = bench::make(8);
  return bench::finish(bench::run_threads(threads, [&](int i) {
    return work(given[static_cast<std::size_t>(i)], all_blocks / threads);
  }));
}
