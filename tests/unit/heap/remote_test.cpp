// Frees by threads that do not own the slab: nothing is lost, nothing is handed out twice, and
// misuse is reported as it is within one thread.
#include "heap/remote.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "heap/heap.h"
#include "heap/idle.h"
#include "heap/stats.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"
#include "support/scale.h"

namespace ox::heap {
namespace {

using test::in_heap_thread;

class Remote : public testing::TestWithParam<size_t> {
 protected:
  std::vector<void*> blocks(size_t count) {
    std::vector<void*> result(count);
    for (void*& block : result) block = allocate(GetParam());
    return result;
  }
};

void release_all(const std::vector<void*>& blocks) {
  for (void* block : blocks) release(block);
}

// Many slabs are Full when another thread frees all of their blocks: they find back to their owner,
// which needs no more memory the second time.
TEST_P(Remote, FullSlabsComeBack) {
  const size_t count = 2'000'000 / GetParam() + 100;
  release_all(blocks(count));
  const size_t spans = figures().span_bytes;
  for (int round = 0; round < 5; ++round) {
    const auto given = blocks(count);
    EXPECT_EQ(std::set<void*>(given.begin(), given.end()).size(), count);
    in_heap_thread([&] { release_all(given); });
  }
  release_all(blocks(count));
  EXPECT_LE(figures().span_bytes, spans + spans / 4 + 8 * kSliceSize + 2'500'000);
}

TEST_P(Remote, EveryOtherBlockFreedByAnotherThread) {
  const size_t live = figures().live_blocks;
  auto given = blocks(500);
  in_heap_thread([&] {
    for (size_t i = 0; i < given.size(); i += 2) release(given[i]);
  });
  for (size_t i = 1; i < given.size(); i += 2) release(given[i]);
  // The owner takes in what others freed when it runs out.
  release_all(blocks(3 * kSliceSize / GetParam() + 500));
  trim();
  EXPECT_LE(figures().live_blocks, live + 64);
}

// While the owner allocates and frees in the same slabs.
TEST_P(Remote, AtTheSameTime) {
  constexpr size_t kSlots = 256;
  std::atomic<void*> slots[kSlots] = {};
  std::atomic<bool> done{false};
  std::vector<std::thread> takers;
  for (size_t first = 0; first < 2; ++first)
    takers.push_back(test::start_heap_thread([&, first] {
      for (size_t i = first; !done; i = (i + 7) % kSlots) release(slots[i].exchange(nullptr));
    }));
  for (size_t i = 0; i < test::scaled(100'000); ++i) {
    auto* block = static_cast<char*>(allocate(GetParam()));
    *block = 1;
    release(slots[i * 13 % kSlots].exchange(block));
  }
  done = true;
  for (auto& taker : takers) taker.join();
  for (auto& slot : slots) release(slot.load());
}

TEST_P(Remote, MisuseIsReported) {
  const auto given = blocks(3);
  auto* block = static_cast<char*>(given[1]);
  const auto in_thread = [](auto function) { in_heap_thread(function); };
  const auto aborts = testing::KilledBySignal(SIGABRT);
  const std::string twice = "double free of 0x[0-9a-f]+ \\(";
  EXPECT_EXIT(in_thread([=] {
                release(block);
                release(block);
              }),
              aborts, twice);
  EXPECT_EXIT(release(block); in_thread([=] { release(block); }), aborts, twice);
  EXPECT_EXIT(in_thread([=] { release(block); }); release(block), aborts, twice);
  EXPECT_EXIT(in_thread([=] { release(block + 8); }), aborts, "free of invalid pointer 0x");
  release_all(given);
}

// The owner word may be set back while blocks freed by others are waiting: the next one among them
// diverts the owner again.
TEST_IN_FRESH_PROCESS(RemoteMisuse, ASecondFreeBesideOthersThatWait) {
  for (int i = 0; i < 300; ++i) allocate(8000);  // none in a nursery from here on
  void* const blocks[] = {allocate(8000), allocate(8000), allocate(8000)};
  Descriptor* slice = region::find(reinterpret_cast<uintptr_t>(blocks[0]));
  Descriptor* slab = slice->region->leader_of(slice);
  const uintptr_t owner = slab->medium_owner.load();
  in_heap_thread([&] { release(blocks[0]); });
  ASSERT_NE(slab->medium_owner.load(), owner);
  slab->medium_owner.store(owner);
  in_heap_thread([&] { release(blocks[1]); });
  EXPECT_EXIT(release(blocks[1]), testing::KilledBySignal(SIGABRT), "double free of 0x");
}

// Slabs that others empty and the owner fills again keep their memory in the end, beside what else
// is in use; and not when little is.
TEST_IN_FRESH_PROCESS(RemoteFlow, MemoryThatIsWantedAgainStays) {
  const auto purged_in = [](size_t rounds) {
    const size_t before = figures().purged_bytes;
    for (size_t round = 0; round < rounds; ++round) {
      std::vector<void*> given(4000);
      for (void*& block : given) block = allocate(8000);
      in_heap_thread([&] { release_all(given); });
    }
    return figures().purged_bytes - before;
  };
  std::vector<void*> live(8000);
  for (void*& block : live) block = allocate(8000);
  const size_t first = purged_in(1);
  purged_in(10);
  EXPECT_LT(purged_in(4), first);  // 4 times as much would be all of it
  release_all(live);
  purged_in(1);
  EXPECT_GT(purged_in(1), first / 4);
}

// All blocks of the slab are free and their memory went back: nothing in it tells so any more.
TEST_IN_FRESH_PROCESS(RemoteMisuse, ASecondFreeIntoASlabThatWasPurged) {
  std::vector<void*> given(100'000);
  for (void*& block : given) block = allocate(112);
  in_heap_thread([&] { release_all(given); });
  void* block = nullptr;
  for (void* each : given) {
    const Descriptor* slab = region::find(reinterpret_cast<uintptr_t>(each));
    if (slab->kind == SpanKind::Small && (slab->remote.load() & idle::kBusy)) block = each;
  }
  ASSERT_NE(block, nullptr);
  EXPECT_EXIT(in_heap_thread([=] { release(block); }), testing::KilledBySignal(SIGABRT),
              "double free of 0x");
}

// A thread without a heap is about to purge a slab when its process forks.
TEST_IN_FRESH_PROCESS(RemoteFork, ASlabThatWasBusyIsTheOwnersAgain) {
  const auto fill = [] {
    void* block = nullptr;
    for (int i = 0; i < 1000; ++i) block = allocate(112);
    return block;
  };
  Descriptor* slab = region::find(reinterpret_cast<uintptr_t>(fill()));
  ASSERT_EQ(slab->kind, SpanKind::Small);
  std::atomic<bool> busy{false}, done{false};
  std::thread other([&] {
    const remote::UnderWay section;
    slab->remote.store(idle::kBusy);
    busy = true;
    while (!done) std::this_thread::yield();
    slab->remote.store(0);
  });
  while (!busy) std::this_thread::yield();
  thread_heaps::before_fork();
  const pid_t child = fork();
  if (child == 0) {
    thread_heaps::after_fork_child();
    alarm(20);
    fill();
    _exit(0);
  }
  thread_heaps::after_fork_parent();
  done = true;
  other.join();
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// An address where a block could be, had its slab handed it out.
TEST_IN_FRESH_PROCESS(RemoteMisuse, OfABlockThatWasNeverHandedOut) {
  char* block = nullptr;
  for (int i = 0; i < 300; ++i) block = static_cast<char*>(allocate(112));
  const Descriptor* slab = region::find(reinterpret_cast<uintptr_t>(block));
  ASSERT_EQ(slab->kind, SpanKind::Small);
  char* const later = block + size_t{11200};
  ASSERT_EQ(region::find(reinterpret_cast<uintptr_t>(later)), slab);
  EXPECT_EXIT(in_heap_thread([=] { release(later); }), testing::KilledBySignal(SIGABRT),
              "free of invalid pointer 0x");
}

INSTANTIATE_TEST_SUITE_P(Sizes, Remote, testing::Values(16, 112, 1024, 2048, 2304, 8192, 32768),
                         testing::PrintToStringParamName());

// Where the owner has freed a block of each slab, nobody tells it of the rest: it is to look
// itself.
TEST_IN_FRESH_PROCESS(RemoteFlow, ATrimGivesBackWhatOthersFreedIntoSlabsThatHadRoom) {
  for (const size_t size : {512, 4096, 20'000}) {
    test::make_busy(size);
    trim();
    const size_t before = figures().span_bytes;
    std::vector<void*> blocks((size_t{16} << 20) / size);
    for (void*& block : blocks) block = allocate(size);
    for (size_t i = 0; i < blocks.size(); i += 2) release(std::exchange(blocks[i], nullptr));
    in_heap_thread([&] {
      for (void* block : blocks) release(block);
    });
    trim();
    EXPECT_LE(figures().span_bytes, before + (size_t{2} << 20)) << size;
  }
}

// A program whose threads only allocate, or only free.
TEST_IN_FRESH_PROCESS(RemoteFlow, MemoryStaysBounded) {
  size_t most = 0;
  for (int round = 0; round < 50; ++round) {
    std::vector<void*> given(5000);
    for (void*& block : given) block = allocate(200);
    in_heap_thread([&] { release_all(given); });
    most = std::max(most, figures().span_bytes);
  }
  EXPECT_LE(most, size_t{4} << 20);
}

}  // namespace
}  // namespace ox::heap
