#include "cli/spawn.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace ox::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kMostOutput = 65536;
constexpr int kCannotPrepare = 125, kCannotStart = 126;

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    for (int end : ends)
      if (end >= 0) close(end);
  }
  std::array<int, 2> ends{-1, -1};
};

bool enter(const Command& command) {
  if (command.prepare && !command.prepare()) return false;
  if (!command.root.empty() && (chroot(command.root.c_str()) != 0 || chdir("/") != 0)) return false;
  if (command.run_as == 0) return true;
  return setgroups(0, nullptr) == 0 && setgid(command.run_as) == 0 && setuid(command.run_as) == 0;
}

[[noreturn]] void become(const Command& command, const Pipe& output, const Pipe& messages) {
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, 0);
  dup2(output.ends[1], 1);
  dup2(messages.ends[1], 2);
  if (!enter(command)) _exit(kCannotPrepare);
  std::vector<char*> words;
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
  char* environment[] = {path, locale, nullptr};
  execve(words[0], words.data(), environment);
  _exit(kCannotStart);
}

// Reads both pipes until they are closed or the time is over. False: it is over.
bool collect(Outcome& outcome, const Pipe& output, const Pipe& messages,
             Clock::time_point deadline) {
  std::array<pollfd, 2> sources{{{output.ends[0], POLLIN, 0}, {messages.ends[0], POLLIN, 0}}};
  const std::array<std::string*, 2> sinks{&outcome.output, &outcome.messages};
  while (sources[0].fd >= 0 || sources[1].fd >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    if (poll(sources.data(), sources.size(), static_cast<int>(left.count())) < 0) continue;
    for (size_t i = 0; i < sources.size(); ++i) {
      if (sources[i].revents == 0) continue;
      char part[4096];
      const ssize_t got = read(sources[i].fd, part, sizeof part);
      if (got <= 0)
        sources[i].fd = -1;
      else if (sinks[i]->size() < kMostOutput)
        sinks[i]->append(part, static_cast<size_t>(got));
    }
  }
  return true;
}

bool wait_until(pid_t child, int& status, Clock::time_point deadline) {
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline) return false;
    usleep(2000);
  }
  return true;
}

}  // namespace

bool Outcome::succeeded() const {
  return error.empty() && !timed_out && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string Outcome::describe() const {
  if (!error.empty()) return error;
  if (timed_out) return "it did not end in time";
  if (WIFSIGNALED(status)) return std::string("killed by SIG") + sigabbrev_np(WTERMSIG(status));
  std::string text = "exit status " + std::to_string(WEXITSTATUS(status));
  if (!messages.empty()) text += ", it wrote: " + messages.substr(0, messages.find('\n'));
  return text;
}

Outcome run(const Command& command) {
  Outcome outcome;
  Pipe output, messages;
  const pid_t child = fork();
  if (child < 0) {
    outcome.error = std::string("cannot fork: ") + std::strerror(errno);
    return outcome;
  }
  if (child == 0) become(command, output, messages);
  setpgid(child, child);
  for (Pipe* pipe : {&output, &messages}) {
    close(pipe->ends[1]);
    pipe->ends[1] = -1;
  }
  const auto deadline = Clock::now() + std::chrono::seconds(command.seconds);
  outcome.timed_out =
      !collect(outcome, output, messages, deadline) || !wait_until(child, outcome.status, deadline);
  if (outcome.timed_out) {
    kill(-child, SIGKILL);
    waitpid(child, &outcome.status, 0);
  } else if (WIFEXITED(outcome.status) && WEXITSTATUS(outcome.status) == kCannotPrepare) {
    outcome.error = "its surroundings could not be prepared";
  }
  return outcome;
}

std::string new_lines(const std::string& messages, const std::string& known) {
  std::string fresh;
  for (size_t start = 0; start < messages.size();) {
    const size_t end = std::min(messages.find('\n', start), messages.size());
    const std::string line = messages.substr(start, end - start) + "\n";
    if (("\n" + known).find("\n" + line) == std::string::npos) fresh += line;
    start = end + 1;
  }
  return fresh;
}

}  // namespace ox::cli
