// A source that keeps a C++ compiler busy for some seconds and its allocator with it: containers of
// many types, regular expressions, ranges, variants. The program prints a figure for each, so that
// what was compiled can be run and compared too.

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <ranges>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace {

// A type of its own for each N: nothing is shared between the instantiations.
template <int N>
struct Item {
  std::array<std::uint32_t, N % 7 + 1> words{};
  std::string name;

  explicit Item(std::uint32_t value = 0) : name(std::to_string(value * 31 + N)) {
    words.fill(value + N);
  }
  auto operator<=>(const Item&) const = default;
};

template <int N>
struct Hash {
  std::size_t operator()(const Item<N>& item) const {
    return std::hash<std::string>{}(item.name) ^ N;
  }
};

template <int N>
std::uint64_t containers() {
  using T = Item<N>;
  std::vector<T> vector;
  for (std::uint32_t i = 0; i < 200; ++i) {
    vector.emplace_back(i * 2654435761U % 1009);
  }
  std::deque<T> deque(vector.rbegin(), vector.rend());
  std::list<T> list(deque.begin(), deque.end());
  std::forward_list<T> forward(list.begin(), list.end());
  std::set<T> set(vector.begin(), vector.end());
  std::multimap<T, int, std::greater<>> multimap;
  std::unordered_set<T, Hash<N>> unordered(vector.begin(), vector.end());
  std::map<std::string, std::unique_ptr<T>> owners;
  std::priority_queue<T> queue(vector.begin(), vector.end());
  for (const T& item : vector) {
    multimap.emplace(item, N);
    owners[item.name] = std::make_unique<T>(item);
  }
  list.sort();
  list.unique();
  forward.reverse();
  std::ranges::stable_sort(vector, std::ranges::greater{}, &T::name);
  std::ranges::rotate(deque, deque.begin() + N);
  std::uint64_t sum = list.size() + set.size() + unordered.size() + owners.size() + multimap.size();
  for (; !queue.empty(); queue.pop()) {
    sum = sum * 31 + queue.top().words[0];
  }
  for (const T& item : vector) {
    sum = sum * 33 + item.name.size();
  }
  return sum + forward.front().words[0] + deque.front().words[0];
}

template <int N>
std::uint64_t views() {
  auto squares = std::views::iota(0, 500 + N) |
                 std::views::transform([](int i) { return std::to_string(i * i); }) |
                 std::views::filter([](const std::string& s) { return s.size() % 2 == N % 2; }) |
                 std::views::drop(N) | std::views::take(100 + N);
  std::uint64_t sum = 0;
  for (const std::string& square : squares) {
    sum = sum * 7 + square.size() + static_cast<unsigned char>(square[0]);
  }
  return sum;
}

template <int N>
using Any = std::variant<int, double, std::string, Item<N>, std::vector<Item<N>>,
                         std::optional<std::string>>;

template <int N>
std::uint64_t variants() {
  std::vector<Any<N>> values;
  for (int i = 0; i < 120; ++i) {
    switch (i % 6) {
      case 0:
        values.emplace_back(i);
        break;
      case 1:
        values.emplace_back(i / 4.0);
        break;
      case 2:
        values.emplace_back(std::string(static_cast<std::size_t>(i), 'v'));
        break;
      case 3:
        values.emplace_back(Item<N>(static_cast<std::uint32_t>(i)));
        break;
      case 4:
        values.emplace_back(std::vector<Item<N>>(static_cast<std::size_t>(i % 9)));
        break;
      default:
        values.emplace_back(std::optional<std::string>("optional"));
        break;
    }
  }
  auto measure = []<typename T>(const T& value) -> std::uint64_t {
    if constexpr (std::is_arithmetic_v<T>) {
      return static_cast<std::uint64_t>(value);
    } else if constexpr (requires { value.size(); }) {
      return value.size();
    } else if constexpr (requires { value.name; }) {
      return value.name.size();
    } else {
      return value->size();
    }
  };
  std::uint64_t sum = 0;
  for (const auto& value : values) {
    for (const auto& other : values | std::views::take(6)) {
      sum += std::visit([&](const auto& a, const auto& b) { return measure(a) * 3 + measure(b); },
                        value, other);
    }
  }
  return sum;
}

template <typename Iterator>
std::uint64_t expressions(Iterator begin, Iterator end) {
  const std::regex word(R"(([a-z]+)(\d{1,3})(?:-(\w+))?)",
                        std::regex::icase | std::regex::optimize);
  std::uint64_t sum = 0;
  for (std::regex_iterator<Iterator> match(begin, end, word), last; match != last; ++match) {
    sum = sum * 13 + static_cast<std::uint64_t>((*match)[2].length() + (*match)[3].length());
  }
  return sum;
}

template <int... N>
void print_all(std::integer_sequence<int, N...>) {
  ((std::cout << N << ' ' << containers<N>() << ' ' << views<N>() << ' ' << variants<N>() << '\n'),
   ...);
  auto all = std::make_tuple(Item<N>(7)...);
  std::cout << std::apply([](const auto&... item) { return (item.words.size() + ...); }, all)
            << '\n';
}

}  // namespace

int main() {
  print_all(std::make_integer_sequence<int, 4>{});
  std::ostringstream text;
  for (int i = 0; i < 500; ++i) {
    text << "word" << i << (i % 3 ? "-tail" : " ") << ' ';
  }
  const std::string string = text.str();
  const std::list<char> list(string.begin(), string.end());
  std::cout << expressions(string.begin(), string.end()) << ' '
            << expressions(list.begin(), list.end()) << '\n';
  std::unordered_map<std::string, std::function<int(int)>> functions;
  functions["add"] = [&](int i) { return i + static_cast<int>(string.size()); };
  functions["twice"] = [](int i) { return i * 2; };
  std::cout << functions["add"](1) << ' ' << functions["twice"](21) << '\n';
}
