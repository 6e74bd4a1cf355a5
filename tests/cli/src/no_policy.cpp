// Stands in for src/api/policy.cpp: the library as it would be without the feature.
#include "api/policy.h"

namespace ox::policy {
bool serves(bool malloc_is_ours) {
  return malloc_is_ours;
}
bool is_passthrough() {
  return false;
}
bool has_sanitizer() {
  return false;
}
const char* version() {
  return "";
}
void tell_heap(uintptr_t, uintptr_t) {}
}  // namespace ox::policy
