#include "span/retention.h"

#include <atomic>

#include "base/options.h"
#include "base/policy.h"
#include "base/relaxed.h"

namespace ox::retention {
namespace {

// Free memory that is not given back: in dirty spans so much, which most programs never come to,
// and a 32nd of what is in use; in kept slabs so much and as large a share.
constexpr size_t kDirty = size_t{256} << 10;
constexpr size_t kKept = size_t{9} << 19;
constexpr size_t kRetainedShare = 32;

// Past its bound, dirty memory goes back to what regret alone would retain, at most so much
// further: a program that moves to and fro at the bound does not pay a system call each time.
constexpr size_t kMostFurther = size_t{2} << 20;

// Memory that was given back and wanted again soon after was given back too early: twice as much
// more is retained from then on. In dirty spans at most so much, a share of what is in use, and
// what was in use lately and is not now: with nothing in use 64 MiB of that in all, as much as libc
// may come to; more, the more is in use, for programs that go to and fro between much and a fifth
// of it (a collector's cycles). In idle slabs so much and what else is in use, up to a bound, for
// they stay when that is given back, too.
// Less again by a share of what is given back, and by what a growing heap could not use.
// Hardened: less, for there it is kept slabs that regret retains, and they count as in use.
constexpr size_t kRegretted = size_t{6} << 20;
constexpr size_t kRegrettedShare = 2;
constexpr size_t kRegrettedLately = size_t{kHardened ? 28 : 58} << 20;
constexpr size_t kRegrettedIdle = size_t{14} << 20;
constexpr size_t kRegrettedIdleBeside = size_t{128} << 20;
constexpr size_t kRegrettedTimes = 4;
constexpr size_t kForgivenShare = kHardened ? 4 : 16;
constexpr size_t kRegretGain = kHardened ? 1 : 2;

// Medium slabs that were released and made again should have been kept: at most so much, and such a
// share of what is in use. Not where memory is limited: another thread's kept slabs serve nobody.
constexpr size_t kRegrettedKept = size_t{8} << 20;
constexpr size_t kRegrettedKeptShare = 8;

// Regret of such a share of what is in use says that the program takes again what it frees.
constexpr size_t kMuchRegretShare = 8;

// The most that was in use lately fades by a share of what is taken.
constexpr size_t kFadingShare = 128;

// Bytes of kept slabs, and of idle ones. Relaxed: bounds, nothing depends on their order; idle may
// be negative for a moment, see heap/idle.h.
std::atomic<int64_t> kept{0}, idle{0}, purged_idle{0};

// Relaxed, and what two threads do to it at a time may count once: a guess.
std::atomic<size_t> kept_regret{0};

// Relaxed: figures.
std::atomic<size_t> purges{0}, purged{0};

// All below is written under the span heap's lock.
Relaxed<size_t> used;         // read without it
Relaxed<size_t> most_used;    // read without it
Relaxed<size_t> used_lately;  // read without it; never less than `used`
size_t purged_lately = 0;     // given back and not wanted again so far
Relaxed<size_t> regret;       // read without it

template <typename T>
T least(T a, T b) {
  return a < b ? a : b;
}

// What is in use and may hold memory.
size_t used_memory() {
  const int64_t gone = purged_idle.load(std::memory_order_relaxed);
  const size_t all = used, without = gone > 0 ? static_cast<size_t>(gone) : 0;
  return all - least(all, without);
}

// A bound that grows with what is in use.
size_t with_share(size_t bound) {
  return bound + used_memory() / kRetainedShare;
}

// What the program has in use, about: without slabs that others emptied, `more` such bytes, and
// empty ones that it may keep; hardened, those that it does, for regret retains them.
size_t used_by_program(size_t more = 0) {
  const int64_t emptied = idle.load(std::memory_order_relaxed);
  const int64_t all_kept = kHardened ? kept.load(std::memory_order_relaxed) : 0;
  const int64_t empty = (emptied > 0 ? emptied : 0) +
                        (all_kept > int64_t{kKept} ? all_kept : int64_t{kKept}) +
                        static_cast<int64_t>(more);
  const size_t all = used_memory();
  return all - least(all, static_cast<size_t>(empty));
}

// What giving back too early has added to it.
size_t regretted_bound() {
  const size_t all = used, most = used_lately;  // `used` may have grown since, without the lock
  const size_t gone =
      least(most > all ? most - all : 0, kRegrettedLately + kRegrettedTimes * used_by_program());
  return least<size_t>(regret, kRegretted + used_memory() / kRegrettedShare + gone);
}

int64_t kept_bound() {
  return static_cast<int64_t>(with_share(kKept) + (kHardened ? regretted_bound() : 0));
}

// What releasing slabs too early has added to it.
int64_t regretted_kept() {
  if (kHardened || options[Option::MemoryLimit] != 0) return 0;
  const size_t regretted = kept_regret.load(std::memory_order_relaxed);
  return static_cast<int64_t>(
      least(regretted, least(kRegrettedKept, used_memory() / kRegrettedKeptShare)));
}

bool has_room(size_t bytes, int64_t bound) {
  const int64_t others = least(idle.load(std::memory_order_relaxed), int64_t{kKept});
  return kept.load(std::memory_order_relaxed) + others + static_cast<int64_t>(bytes) <= bound;
}

}  // namespace

bool add_used(size_t bytes) {
  used = used + bytes;
  const size_t faded = used_lately - least<size_t>(used_lately, bytes / kFadingShare);
  used_lately = faded > used ? faded : size_t{used};
  if (used <= most_used) return false;
  most_used = used;
  return true;
}

void subtract_used(size_t bytes) {
  used = used - bytes;
}

void note_purged(size_t bytes) {
  note_given_back(bytes);
  purged_lately = least<size_t>(purged_lately + bytes, used_lately);
  regret = regret - least<size_t>(regret, bytes / kForgivenShare);
}

void note_fresh(size_t bytes) {
  const size_t again = least(bytes, purged_lately);
  purged_lately -= again;
  regret = least<size_t>(regret + kRegretGain * again, used_lately + kRegretted);
}

bool note_growth(size_t bytes) {
  if (regret == 0 || bytes == 0) return false;
  regret = regret - least<size_t>(regret, bytes);
  return true;
}

bool wants_back() {
  return regret > used_memory() / kMuchRegretShare;
}

DirtyBound dirty_bound() {
  const size_t base = with_share(kDirty);
  return {base + regretted_bound(), least(base, kMostFurther)};
}

size_t used_bytes() {
  return used;
}

size_t most_used_bytes() {
  return most_used;
}

// What regret has left idle takes no room from the others.
bool may_keep(size_t bytes) {
  return has_room(bytes, kept_bound());
}

bool may_keep_medium(size_t bytes) {
  return has_room(bytes, kept_bound() + regretted_kept());
}

bool may_be_idle(size_t bytes) {
  const int64_t resident = idle.load(std::memory_order_relaxed) + static_cast<int64_t>(bytes);
  const size_t others = used_by_program(bytes);
  const size_t regretted =
      least<size_t>(regret, kRegrettedIdle + least(others, kRegrettedIdleBeside));
  const size_t bound = kKept + (kHardened ? others / kRetainedShare : 0);
  const int64_t all_kept = kept.load(std::memory_order_relaxed);
  const int64_t beside = least(all_kept, static_cast<int64_t>(bound));
  return beside + resident <= static_cast<int64_t>(bound + regretted);
}

bool keeps_too_much() {
  const int64_t bound = kept_bound() + regretted_kept();
  return kept.load(std::memory_order_relaxed) > bound + bound / 4;
}

void now_kept(size_t bytes) {
  kept.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

void no_longer_kept(size_t bytes) {
  kept.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

void note_refused(size_t bytes) {
  const size_t before = kept_regret.load(std::memory_order_relaxed);
  kept_regret.store(before - least(before, bytes / kForgivenShare), std::memory_order_relaxed);
}

void note_made_again(size_t bytes) {
  const size_t before = kept_regret.load(std::memory_order_relaxed);
  kept_regret.store(least<size_t>(before + bytes, used), std::memory_order_relaxed);
}

void now_idle(size_t bytes, Idle how) {
  (how == Idle::Purged ? purged_idle : idle)
      .fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

void no_longer_idle(size_t bytes, Idle how) {
  (how == Idle::Purged ? purged_idle : idle)
      .fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

void note_given_back(size_t bytes) {
  purges.fetch_add(1, std::memory_order_relaxed);
  purged.fetch_add(bytes, std::memory_order_relaxed);
}

Figures figures() {
  return {used, most_used, purges.load(std::memory_order_relaxed),
          purged.load(std::memory_order_relaxed)};
}

}  // namespace ox::retention
