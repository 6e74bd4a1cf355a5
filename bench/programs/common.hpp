// What the measuring programs share: a generator, blocks that know their size, shares of work,
// threads. All work is fixed by seeds, so a program's checksum is the same on every allocator.
#pragma once

#include <unistd.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <string_view>
#include <thread>
#include <vector>

namespace bench {

// xorshift64*: a few instructions, so that the allocator and not the generator is measured.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 0x1234567) {}

  std::uint32_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1Du) >> 32);
  }

  std::uint32_t below(std::size_t n) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * n) >> 32);
  }

  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }

  // Each doubling of size is as likely as the next: many small blocks, a few big ones.
  std::size_t log_between(std::size_t low, std::size_t high) {
    auto doublings = static_cast<std::size_t>(std::bit_width(high / low)) - 1;
    std::size_t floor = low << below(doublings);
    return between(floor, 2 * floor - 1);
  }

 private:
  std::uint64_t state_;
};

// A block of at least 8 bytes that remembers its size in its first four.
struct Block {
  std::uint32_t size;
  std::uint32_t mark;
};

inline Block* adopt(void* memory, std::size_t size) {
  if (memory == nullptr) {
    std::perror("allocation");
    std::exit(1);
  }
  auto* block = static_cast<Block*>(memory);
  block->size = static_cast<std::uint32_t>(size);
  block->mark = static_cast<std::uint32_t>(size * 2654435761u);
  static_cast<volatile unsigned char*>(memory)[size - 1] =
      static_cast<unsigned char>(block->mark >> 24);
  return block;
}

// As a program would: header and last byte written.
inline Block* make(std::size_t size) {
  if (size < sizeof(Block)) size = sizeof(Block);
  return adopt(std::malloc(size), size);
}

// Every byte written: what peak RSS is measured with.
inline Block* make_filled(std::size_t size) {
  if (size < sizeof(Block)) size = sizeof(Block);
  void* memory = std::malloc(size);
  if (memory != nullptr) std::memset(memory, 0x5A, size);
  return adopt(memory, size);
}

// Returns the block's share of the checksum: 0 for none.
inline std::uint64_t drop(Block* block) {
  if (block == nullptr) return 0;
  std::uint64_t sum = block->size;
  if (block->mark != static_cast<std::uint32_t>(sum * 2654435761u)) {
    std::fprintf(stderr, "a block of %u bytes was overwritten\n", block->size);
    std::abort();
  }
  std::free(block);
  return sum;
}

inline int threads_argument(int argc, char** argv) {
  int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  return threads < 1 ? 1 : threads;
}

inline std::string_view mode_argument(int argc, char** argv, std::string_view fallback) {
  return argc > 2 ? argv[2] : fallback;
}

// Runs body(0) .. body(n - 1), each in a thread of its own but for a single one; sums their
// results. All begin together: on a busy machine the first could end before the last is made, and
// peak RSS would tell of the machine.
template <typename Body>
std::uint64_t run_threads(int n, Body body) {
  if (n == 1) return body(0);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(n));
  std::vector<std::thread> threads;
  std::latch begin(n);
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      sums[static_cast<std::size_t>(i)] = body(i);
    });
  for (auto& thread : threads) thread.join();
  std::uint64_t sum = 0;
  for (auto each : sums) sum += each;
  return sum;
}

inline long rss_kib() {
  long total = 0, resident = 0;
  std::FILE* statm = std::fopen("/proc/self/statm", "re");
  if (statm == nullptr) return 0;
  if (std::fscanf(statm, "%ld %ld", &total, &resident) != 2) resident = 0;
  std::fclose(statm);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// The runner picks these lines up as figures of their own.
inline void report_rss(const char* label) {
  std::fprintf(stderr, "rss %s %ld\n", label, rss_kib());
}

inline int finish(std::uint64_t checksum) {
  std::printf("%016llx\n", static_cast<unsigned long long>(checksum));
  return 0;
}

}  // namespace bench
