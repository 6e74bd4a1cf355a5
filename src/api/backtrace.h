// Stacks for the heap profile: see host::backtrace().
#pragma once

namespace ox::backtrace {

// With a profile, before the program runs: looks for an unwinder. Until then stacks are empty.
void prepare();

}  // namespace ox::backtrace
