#include "heap/stats.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "heap/heap.h"
#include "os/text_writer.h"
#include "support/busy_class.h"
#include "support/fresh_process.h"
#include "support/heap_thread.h"

namespace ox::heap {
namespace {

TEST_IN_FRESH_PROCESS(Stats, AnUnusedHeapHasNothing) {
  const Figures none = figures();
  EXPECT_EQ(none.committed_bytes, 0u);
  EXPECT_EQ(none.span_bytes, 0u);
  EXPECT_EQ(none.live_blocks, 0u);
  EXPECT_EQ(none.live_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(Stats, CountBlocksOfEveryKind) {
  std::vector<void*> blocks;
  size_t bytes = 0;
  for (const size_t size : {0, 16, 17, 2048, 2049, 32768, 32769, 1'000'000})
    for (int i = 0; i < 7; ++i) {
      blocks.push_back(allocate(size));
      bytes += usable_size(blocks.back());
      ASSERT_EQ(figures().live_blocks, blocks.size());
      ASSERT_EQ(figures().live_bytes, bytes);
    }
  EXPECT_EQ(figures().large_blocks, 14u);
  EXPECT_EQ(figures().large_bytes, 7 * (usable_size(blocks[42]) + usable_size(blocks[49])));
  EXPECT_GE(figures().committed_bytes, figures().span_bytes);
  EXPECT_GE(figures().span_bytes, bytes);
  while (!blocks.empty()) {
    bytes -= usable_size(blocks.back());
    release(blocks.back());
    blocks.pop_back();
    ASSERT_EQ(figures().live_blocks, blocks.size());
    ASSERT_EQ(figures().live_bytes, bytes);
  }
}

TEST_IN_FRESH_PROCESS(Stats, TellOfEachClass) {
  const SizeClass cls = size_class_of(200);
  std::vector<void*> blocks;
  test::make_busy(200);
  for (int i = 0; i < 5000; ++i) blocks.push_back(allocate(200));
  ClassTable full{};
  const Figures all = figures(&full);
  const ClassFigures& of_class = full[index_of(cls)];
  EXPECT_EQ(of_class.live_blocks, 5000u);
  EXPECT_EQ(of_class.live_bytes(cls), 5000 * block_size(cls));
  EXPECT_EQ(of_class.waste_bytes(cls), of_class.held_bytes - of_class.live_bytes(cls));
  EXPECT_LT(of_class.waste_bytes(cls), of_class.held_bytes / 8);
  EXPECT_GE(of_class.peak_bytes, of_class.held_bytes);
  EXPECT_GE(of_class.slabs, 5000 * block_size(cls) / kSliceSize);
  EXPECT_EQ(all.peak_span_bytes, all.span_bytes);
  EXPECT_EQ(all.regions, 1u);
  EXPECT_EQ(all.heaps, 1u);
  for (void* block : blocks) release(block);
  trim();
  ClassTable empty{};
  figures(&empty);
  EXPECT_EQ(empty[index_of(cls)].live_blocks, 0u);
  EXPECT_EQ(empty[index_of(cls)].peak_bytes, of_class.peak_bytes);
  EXPECT_LT(empty[index_of(cls)].held_bytes, of_class.held_bytes);
}

TEST_IN_FRESH_PROCESS(Stats, CountWhatOtherThreadsFreeAndWhatIsGivenBack) {
  std::vector<void*> blocks;
  for (int i = 0; i < 5000; ++i) blocks.push_back(allocate(200));
  test::in_heap_thread([&] {
    for (void* block : blocks) release(block);
  });
  EXPECT_EQ(figures().live_blocks, 0u);
  for (void*& block : blocks) block = allocate(200);  // takes them in
  EXPECT_GE(figures().remote_frees, 2500u);
  for (void* block : blocks) release(block);
  void* large = allocate(10'000'000);
  const size_t peak = figures().peak_large_bytes;
  EXPECT_GE(peak, 10'000'000u);
  release(large);
  EXPECT_EQ(figures().peak_large_bytes, peak);
  trim();
  EXPECT_GT(figures().purges, 0u);
  EXPECT_GT(figures().purged_bytes, 0u);
}

TEST_IN_FRESH_PROCESS(Stats, PrintedAsATable) {
  void* small = allocate(200);
  void* large = allocate(100'000);
  ClassTable classes{};
  const Figures now = figures(&classes);
  const int file = memfd_create("table", 0);
  {
    os::TextWriter out(file);
    print(now, classes, out);
  }
  std::stringstream text;
  text << std::ifstream("/proc/self/fd/" + std::to_string(file)).rdbuf();
  const std::string table = text.str();
  EXPECT_NE(table.find("oxidalloc: PID " + std::to_string(getpid())), std::string::npos) << table;
  EXPECT_NE(table.find(std::to_string(now.live_bytes) + " (2 blocks)"), std::string::npos) << table;
  EXPECT_NE(table.find("\n     208           1           208"), std::string::npos) << table;
  EXPECT_NE(table.find("\n   large           1        102400"), std::string::npos) << table;
  close(file);
  release(small);
  release(large);
}

}  // namespace
}  // namespace ox::heap
