// Buffers that grow: "strings" appends a few bytes to one of 64 strings and restarts it at 8 KiB;
// "vectors" grows eight vectors by half again, side by side, to 4 MiB each; "huge" doubles one
// vector to 256 MiB. What is new is written, so a grown block that is copied shows.
//   realloc_growth THREADS [strings | vectors | huge | all]
#include <array>

#include "common.hpp"

namespace {

struct Buffer {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;

  void grow(std::size_t to) {
    bytes = static_cast<unsigned char*>(std::realloc(bytes, to));
    if (bytes == nullptr) std::abort();
    std::memset(bytes + size, static_cast<int>(to & 0xFF), to - size);
    size = to;
  }

  std::uint64_t end() {
    std::uint64_t sum = size + bytes[0] + bytes[size / 2] + bytes[size - 1];
    std::free(bytes);
    *this = {};
    return sum;
  }
};

std::uint64_t strings(bench::Random& random, int appends) {
  std::array<Buffer, 64> buffers;
  std::uint64_t sum = 0;
  for (int i = 0; i < appends; ++i) {
    auto& buffer = buffers[random.below(buffers.size())];
    buffer.grow(buffer.size + random.between(1, 64));
    if (buffer.size > 8192) sum += buffer.end();
  }
  for (auto& buffer : buffers)
    if (buffer.size > 0) sum += buffer.end();
  return sum;
}

std::uint64_t vectors(int rounds) {
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    std::array<Buffer, 8> buffers;
    for (std::size_t size = 16; size < (4u << 20); size += size / 2)
      for (auto& buffer : buffers) buffer.grow(size);
    for (auto& buffer : buffers) sum += buffer.end();
  }
  return sum;
}

std::uint64_t huge(int rounds) {
  std::uint64_t sum = 0;
  for (int round = 0; round < rounds; ++round) {
    Buffer buffer;
    for (std::size_t size = 4096; size <= (256u << 20); size *= 2) buffer.grow(size);
    sum += buffer.end();
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  auto mode = bench::mode_argument(argc, argv, "all");
  bool all = mode == "all";
  return bench::finish(bench::run_threads(threads, [&](int i) {
    bench::Random random(static_cast<std::uint64_t>(i) + 1);
    std::uint64_t sum = 0;
    if (all || mode == "strings") sum += strings(random, 12'000'000 / threads);
    if (all || mode == "vectors") sum += vectors(48 / threads);
    if (all || mode == "huge") sum += huge(threads < 4 ? 4 / threads : 1);
    return sum;
  }));
}
