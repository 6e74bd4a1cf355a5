// The heap against a shadow model (support/shadow_heap.h): millions of operations in random order,
// of all sizes and alignments, by one thread and by several that hand blocks to each other and die.
// The seeds are fixed; a failure names the seed and the step at which to look.
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "heap/stats.h"
#include "support/heap_thread.h"
#include "support/scale.h"
#include "support/shadow_heap.h"

namespace ox::test {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

// Which sizes a program asks for: a mixture, from one class over and over to everything at once.
enum class Sizes { Tiny, Small, Medium, Large, OneClass, Borders, Mixed };

size_t random_size(Random& random, Sizes sizes) {
  switch (sizes) {
    case Sizes::Tiny:
      return random.below(65);
    case Sizes::Small:
      return random.below(kMaxSmall + 1);
    case Sizes::Medium:
      return random.between(kMaxSmall + 1, kMaxMedium);
    case Sizes::Large:
      return random.between(kMaxMedium + 1, random.one_in(20) ? 4 * kMiB : 256 << 10);
    case Sizes::OneClass:
      return random.between(81, 96);
    case Sizes::Borders: {
      const size_t border = kBlockSizes[random.below(kClasses)];
      return border + random.below(3) - 1;
    }
    case Sizes::Mixed: {
      const size_t log = random.below(15);
      return random.one_in(50) ? random_size(random, Sizes::Large)
                               : random.below((size_t{16} << log) / (log > 11 ? 8 : 1) + 1);
    }
  }
  return 0;
}

size_t random_alignment(Random& random) {
  return size_t{1} << (random.one_in(20) ? random.below(21) : random.below(13));
}

// One allocation, of any kind.
bool allocate_something(ShadowHeap& shadow, Random& random, Sizes sizes) {
  const size_t size = random_size(random, sizes);
  switch (random.below(8)) {
    case 0:
      return shadow.allocate_zeroed(size);
    case 1:
      return shadow.allocate_aligned(random_alignment(random), size);
    default:
      return shadow.allocate(size);
  }
}

struct Bounds {
  size_t blocks, bytes;
};

// One operation; what there is stays within the bounds.
void step(ShadowHeap& shadow, Random& random, Sizes sizes, Bounds bounds) {
  const bool full = shadow.count() >= bounds.blocks || shadow.bytes() >= bounds.bytes;
  const size_t kind = random.below(10);
  if (shadow.count() == 0 || (!full && kind < 5)) {
    if (!allocate_something(shadow, random, sizes)) throw Broken("out of memory");
  } else if (kind < 7 && !full) {
    const size_t index = random.below(shadow.count());
    // Also to a neighbouring size, where resizing in place is likely.
    const size_t size = random.one_in(3) ? shadow.at(index).size * random.between(4, 12) / 8
                                         : random_size(random, sizes);
    if (!shadow.reallocate(index, size)) throw Broken("out of memory");
  } else {
    // The oldest, the newest, or any: in order, in reverse, at random.
    const size_t order = random.below(3);
    const size_t last = shadow.count() - 1;
    shadow.release(order == 0 ? 0 : order == 1 ? last : random.below(last + 1));
  }
}

// Phases grow and shrink, so that slabs fill, empty and go back.
void run_phase(ShadowHeap& shadow, Random& random, Sizes sizes, size_t steps) {
  const Bounds bounds{random.one_in(4) ? random.between(1, 20) : random.between(100, 4000),
                      (sizes == Sizes::Large ? 64 : 24) * kMiB};
  for (size_t i = 0; i < steps; ++i) step(shadow, random, sizes, bounds);
  shadow.check_all();
  if (random.one_in(3)) shadow.release_all();
  if (random.one_in(5)) heap::trim();
}

struct Plan {
  uint64_t seed;
  Sizes sizes;
  size_t steps;
};

class Model : public testing::TestWithParam<Plan> {};

TEST_P(Model, KeepsEveryPromise) {
  const Plan run = GetParam();
  RecordProperty("seed", std::to_string(run.seed));
  const heap::Figures before = heap::figures();
  Random random(run.seed);
  ShadowHeap shadow(run.seed);
  constexpr size_t kPhase = 5000;
  size_t done = 0;
  try {
    for (; done < scaled(run.steps); done += kPhase) run_phase(shadow, random, run.sizes, kPhase);
    shadow.release_all();
  } catch (const Broken& broken) {
    FAIL() << broken.what() << " (seed " << run.seed << ", within " << kPhase << " steps after "
           << done << ")";
  }
  const heap::Figures after = heap::figures();
  EXPECT_EQ(after.live_blocks, before.live_blocks);
  EXPECT_EQ(after.live_bytes, before.live_bytes);
}

void PrintTo(const Plan& plan, std::ostream* out) {
  *out << plan.steps << " steps";
}

std::string name_of(const testing::TestParamInfo<Plan>& test) {
  return "Seed" + std::to_string(test.param.seed);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Model,
    testing::Values(Plan{1, Sizes::Tiny, 1'000'000}, Plan{2, Sizes::Small, 600'000},
                    Plan{3, Sizes::Medium, 500'000}, Plan{4, Sizes::Large, 40'000},
                    Plan{5, Sizes::OneClass, 700'000}, Plan{6, Sizes::Borders, 500'000},
                    Plan{7, Sizes::Mixed, 300'000}, Plan{8, Sizes::Mixed, 300'000}),
    name_of);

// Blocks on their way from one thread to another.
class Exchange {
 public:
  void put(const ShadowBlock& block) {
    const std::lock_guard guard(mutex_);
    blocks_.push_back(block);
  }
  bool get(Random& random, ShadowBlock& block) {
    const std::lock_guard guard(mutex_);
    if (blocks_.empty()) return false;
    std::swap(blocks_[random.below(blocks_.size())], blocks_.back());
    block = blocks_.back();
    blocks_.pop_back();
    return true;
  }
  size_t size() {
    const std::lock_guard guard(mutex_);
    return blocks_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<ShadowBlock> blocks_;
};

class Failure {
 public:
  void set(const std::string& text) {
    const std::lock_guard guard(mutex_);
    if (text_.empty()) text_ = text;
  }
  std::string text() {
    const std::lock_guard guard(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

// What one thread does in its life: work of its own, and blocks given to and taken from others.
// At its end it leaves to others what it has.
void live(uint64_t seed, size_t steps, Exchange& exchange, Failure& failure) {
  Random random(seed);
  ShadowHeap shadow(seed);
  const Sizes sizes[] = {Sizes::Tiny, Sizes::Small, Sizes::OneClass, Sizes::Medium, Sizes::Mixed};
  const Sizes favourite = sizes[random.below(std::size(sizes))];
  try {
    for (size_t i = 0; i < steps; ++i) {
      const size_t kind = random.below(8);
      ShadowBlock block;
      if (kind == 0 && shadow.count() && exchange.size() < 5000) {
        exchange.put(shadow.take(random.below(shadow.count())));
      } else if (kind == 1 && exchange.get(random, block)) {
        shadow.give(block);
        if (random.one_in(2)) shadow.release(shadow.count() - 1);
      } else {
        step(shadow, random, favourite, {500, 4 * kMiB});
      }
    }
    shadow.check_all();
    while (shadow.count()) {
      if (random.one_in(4) && exchange.size() < 5000)
        exchange.put(shadow.take(shadow.count() - 1));
      else
        shadow.release(shadow.count() - 1);
    }
  } catch (const Broken& broken) {
    failure.set(std::string(broken.what()) + " (seed " + std::to_string(seed) + ")");
  }
}

// Frees what is left on the way, and holds the heap to having nothing then. The thread adopts what
// the dead left behind as it frees into it.
void drain(Exchange& exchange, Failure& failure) {
  Random random(0);
  ShadowHeap shadow(0);
  ShadowBlock block;
  try {
    while (exchange.get(random, block)) {
      shadow.give(block);
      shadow.release(0);
    }
  } catch (const Broken& broken) {
    failure.set(broken.what());
  }
}

TEST(ModelThreads, HandBlocksToEachOther) {
  constexpr size_t kThreads = 4;
  Exchange exchange;
  Failure failure;
  const heap::Figures before = heap::figures();
  std::vector<std::thread> threads;
  for (uint64_t seed = 100; seed < 100 + kThreads; ++seed)
    threads.push_back(
        start_heap_thread([&, seed] { live(seed, scaled(250'000), exchange, failure); }));
  for (auto& thread : threads) thread.join();
  in_heap_thread([&] { drain(exchange, failure); });
  settle();
  EXPECT_EQ(failure.text(), "");
  EXPECT_EQ(heap::figures().live_blocks, before.live_blocks);
}

TEST(ModelThreads, ComeAndGoAndAdopt) {
  constexpr size_t kLines = 4;
  Exchange exchange;
  Failure failure;
  const heap::Figures before = heap::figures();
  std::vector<std::thread> lines;
  for (uint64_t line = 0; line < kLines; ++line)
    lines.push_back(std::thread([&, line] {
      for (uint64_t life = 0; life < scaled(500); ++life)
        in_heap_thread([&] { live(1000 * (line + 1) + life, 600, exchange, failure); });
    }));
  for (auto& line : lines) line.join();
  in_heap_thread([&] { drain(exchange, failure); });
  settle();
  EXPECT_EQ(failure.text(), "");
  EXPECT_EQ(heap::figures().live_blocks, before.live_blocks);
}

}  // namespace
}  // namespace ox::test
