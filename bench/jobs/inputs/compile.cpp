// The input of the job gxx.sh: templates enough for two seconds of compiling.
#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

template <std::size_t N>
struct Item {
  std::map<std::string, std::tuple<int, std::string, std::vector<double>>> entries;
  std::unordered_map<std::string, std::shared_ptr<Item<(N > 0 ? N - 1 : 0)>>> children;

  std::string describe(const std::string& key) const {
    std::ostringstream out;
    if (auto it = entries.find(key); it != entries.end())
      out << N << ':' << std::get<0>(it->second) << ' ' << std::get<1>(it->second);
    for (auto& [name, child] : children)
      if constexpr (N > 0) out << name << child->describe(key);
    return out.str();
  }

  void sort() {
    for (auto& [key, entry] : entries) {
      auto& values = std::get<2>(entry);
      std::sort(values.begin(), values.end(), [](double a, double b) { return a + N < b * N; });
    }
  }
};

template <std::size_t... I>
std::string all(const std::string& key, std::index_sequence<I...>) {
  std::string result;
  ((result += Item<I>{}.describe(key), Item<I>{}.sort()), ...);
  return result;
}

int main(int argc, char** argv) {
  std::regex pattern("([a-z]+)-([0-9]+)");
  std::string text = argc > 1 ? argv[1] : "none-0";
  return std::regex_match(text, pattern) ? 0 : static_cast<int>(all(text, std::make_index_sequence<12>()).size());
}
