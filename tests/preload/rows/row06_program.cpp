// An ordinary program: containers, threads, streams, an exception.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::map<std::string, int> count;
  std::vector<std::thread> threads;
  std::vector<std::string> texts(8);
  for (size_t i = 0; i < texts.size(); ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 2000; ++round)
        texts[i] = texts[i].substr(0, 900) + std::to_string(round);
    });
  for (auto& thread : threads) thread.join();
  for (const auto& text : texts) ++count[text];
  FILE* file = std::fopen("/proc/self/maps", "r");
  char line[1000];
  while (std::fgets(line, sizeof line, file)) ++count[line];
  std::fclose(file);
  if (!std::getenv("PATH") || count.size() < 10 || count[texts[0]] != 8) return 1;
  std::puts("passed");
}
