// A live set that stays the same size while its blocks are replaced in random order; every byte is
// written, so RSS over LIVE_MIB is the allocator's overhead. "small": 8 to 1000 bytes; "many": 8
// bytes to 32 KiB, each doubling as likely as the next.
//   random_replacement THREADS [small | many [LIVE_MIB [REPLACEMENTS]]]
#include <barrier>
#include <ctime>

#include "common.hpp"

namespace {

struct Plan {
  bool many;
  std::size_t blocks;
  long replacements;
};

std::size_t next_size(const Plan& plan, bench::Random& random) {
  return plan.many ? random.log_between(8, 32'768) : random.between(8, 1000);
}

// CPU time of the thread: on a busy machine it waits.
long long now_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

void report(long long taken, long replacements) {
  bench::report_rss("live");
  std::fprintf(stderr, "ns replacement %lld\n", taken / replacements);
}

std::uint64_t work(int number, const Plan& plan, std::barrier<>& all) {
  bench::Random random(static_cast<std::uint64_t>(number) + 1);
  std::vector<bench::Block*> table(plan.blocks);
  for (auto*& block : table) block = bench::make_filled(next_size(plan, random));
  std::uint64_t sum = 0;
  const long long start = now_ns();
  for (long i = 0; i < plan.replacements; ++i) {
    auto& slot = table[random.below(table.size())];
    sum += bench::drop(slot);
    slot = bench::make_filled(next_size(plan, random));
  }
  const long long taken = now_ns() - start;
  all.arrive_and_wait();  // every thread's blocks are live
  if (number == 0) report(taken, plan.replacements);
  all.arrive_and_wait();
  for (auto* block : table) sum += bench::drop(block);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  auto threads = static_cast<std::size_t>(bench::threads_argument(argc, argv));
  bool many = bench::mode_argument(argc, argv, "small") == "many";
  std::size_t live = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 16) << 20;
  long replacements = argc > 4 ? std::atol(argv[4]) : many ? 3'000'000 : 12'000'000;
  std::size_t mean = many ? 4096 : 504;  // of 12 doublings: 1.5 * 32768 / 12
  Plan plan{many, live / mean / threads, replacements / static_cast<long>(threads)};
  std::barrier all(static_cast<std::ptrdiff_t>(threads));
  return bench::finish(
      bench::run_threads(static_cast<int>(threads), [&](int i) { return work(i, plan, all); }));
}
