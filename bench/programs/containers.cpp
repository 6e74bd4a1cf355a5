// What C++ programs do all day: maps of strings, vectors of strings, hash tables, shared pointers,
// built, looked up, and thrown away.
//   containers THREADS
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "common.hpp"

namespace {

constexpr int all_rounds = 32;

std::string word(bench::Random& random) {
  std::string text;
  for (std::size_t n = random.between(3, 40); n > 0; --n)
    text += static_cast<char>('a' + random.below(26));
  return text;
}

struct Node {
  std::shared_ptr<Node> left, right;
  std::string name;
};

std::shared_ptr<Node> tree(int depth, bench::Random& random) {
  auto node = std::make_shared<Node>();
  node->name = word(random);
  if (depth > 0) {
    node->left = tree(depth - 1, random);
    node->right = tree(depth - 1, random);
  }
  return node;
}

std::uint64_t round(bench::Random& random) {
  std::map<std::string, std::vector<std::string>> index;
  std::unordered_map<std::string, std::size_t> counts;
  for (int i = 0; i < 30'000; ++i) {
    auto key = word(random).substr(0, 3);
    index[key].push_back(word(random));
    counts[key] += index[key].back().size();
  }
  std::uint64_t sum = 0;
  for (auto& [key, words] : index) sum += words.size() * counts.at(key);
  auto root = tree(14, random);
  for (auto* node = root.get(); node != nullptr; node = node->left.get()) sum += node->name.size();
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = bench::threads_argument(argc, argv);
  return bench::finish(bench::run_threads(threads, [&](int i) {
    bench::Random random(static_cast<std::uint64_t>(i) + 1);
    std::uint64_t sum = 0;
    for (int r = 0; r < (threads < all_rounds ? all_rounds / threads : 1); ++r)
      sum += round(random);
    return sum;
  }));
}
