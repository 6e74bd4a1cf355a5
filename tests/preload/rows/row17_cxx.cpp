// The C++ family under a checker: what operator new gave is freed by delete, with no complaint.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct alignas(64) Wide {
  char bytes[128];
};

int main() {
  std::map<int, std::string> map;
  for (int i = 0; i < 1000; ++i) map[i] = std::string(static_cast<size_t>(i), 'x');
  std::vector<std::unique_ptr<Wide>> wide;
  for (int i = 0; i < 100; ++i) wide.push_back(std::make_unique<Wide>());
  try {
    throw std::string("thrown");
  } catch (const std::string& text) {
    std::puts(text.c_str());
  }
}
