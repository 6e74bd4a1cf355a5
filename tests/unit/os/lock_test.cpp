#include "os/lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "support/scale.h"

namespace ox::os {
namespace {

TEST(Lock, OneThreadAtATime) {
  Lock lock;
  size_t count = 0;  // unprotected but for the lock
  constexpr size_t kThreads = 4;
  const size_t rounds = test::scaled(200'000);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (size_t round = 0; round < rounds; ++round) {
        const Guard guard(lock);
        ++count;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, kThreads * rounds);
}

TEST(Lock, SleepersWakeUp) {
  Lock lock;
  std::atomic<int> entered{0};
  lock.lock();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      const Guard guard(lock);
      ++entered;
    });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));  // long past the spinning
  EXPECT_EQ(entered, 0);
  lock.unlock();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(entered, 3);
}

TEST(Lock, ResetFreesIt) {
  Lock lock;
  lock.lock();
  lock.reset();
  lock.lock();
  lock.unlock();
}

TEST(Lock, NapEnds) {
  nap();
}

}  // namespace
}  // namespace ox::os
