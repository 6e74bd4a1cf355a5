#include "span/guards.h"

#include "base/policy.h"
#include "base/secret.h"
#include "os/memory.h"
#include "span/free_spans.h"
#include "span/region.h"

namespace ox::guards {
namespace {

constexpr size_t kResting = kHardened ? 64 : 2;
constexpr size_t kMostGuards = 8192;
constexpr size_t kRoomy = size_t{64} << 30;

// Under the span heap's lock.
Descriptor* resting[kResting];
uint64_t random_state = 0;
size_t guards = 0;

// A guard follows its span, never another one.
Descriptor* guard_of(Descriptor* span) {
  const Region& region = *span->region;
  const size_t slice = region.slice_of(span) + span->slices;
  if (slice << kSliceShift >= region.limit.load(std::memory_order_relaxed)) return nullptr;
  Descriptor* next = region.descriptor(slice);
  return next->kind == SpanKind::Guard ? next : nullptr;
}

}  // namespace

bool have_room() {
  return region::primary.size >= kRoomy;
}

size_t wanted() {
  return guards < kMostGuards && have_room() ? 1 : 0;
}

void split_off(Descriptor* span) {
  free_spans::split(span, span->slices - 1)->kind = SpanKind::Guard;
  ++guards;
}

void join(Descriptor* span) {
  Descriptor* guard = guard_of(span);
  if (!guard) return;
  guard->kind = SpanKind::None;
  free_spans::clear(guard);
  ++span->slices;
  --guards;
}

bool open(Descriptor* span, size_t bytes) {
  return os::renew(span->start, guard_of(span) ? align_up(bytes, os::page_size()) : span->size());
}

// Refused: it stays accessible, and is renewed when it is handed out.
void close(Descriptor* span) {
  if (guard_of(span))
    os::close(span->start, span->size());
  else
    os::renew(span->start, span->size());
  span->moved = false;
}

bool reopen(Descriptor* span, size_t old_bytes, size_t bytes) {
  if (!guard_of(span)) return true;
  const size_t old_end = align_up(old_bytes, os::page_size()),
               end = align_up(bytes, os::page_size());
  if (end > old_end) return os::renew(span->start + old_end, end - old_end);
  return end == old_end || os::close(span->start + end, old_end - end);
}

Descriptor* rest(Descriptor* span) {
  span->kind = SpanKind::Resting;
  Descriptor*& place = resting[next_random(random_state) % kResting];
  Descriptor* rested = place;
  place = span;
  return rested;
}

Descriptor* wake() {
  for (Descriptor*& place : resting)
    if (Descriptor* span = place) {
      place = nullptr;
      return span;
    }
  return nullptr;
}

}  // namespace ox::guards
