// The trials: real programs run with the library, through the loader's own --preload, and through a
// preload file of their own in a private mount namespace. Nothing of the system is changed.
#include "cli/preflight.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/elf.h"
#include "cli/files.h"
#include "cli/spawn.h"

namespace ox::cli {
namespace {

using Words = std::vector<std::string>;
constexpr unsigned kNobody = 65534;

struct Trial {
  std::string name;
  Words words;           // the first, a path inside the root, is "" where it is not installed
  std::string expected;  // in its output
};

class Trials {
 public:
  Trials(const Layout& layout, std::string library)
      : layout_(layout), library_(std::move(library)) {}

  std::vector<Check> run_all(Depth depth) {
    if (!find_loader() || !system_is_sound()) return std::move(checks_);
    through_loader(depth);
    if (depth == Depth::Full && !first_failure(checks_)) {
      through_preload_file();
      with_32_bits();
    }
    return std::move(checks_);
  }

 private:
  std::string first_of(std::initializer_list<const char*> paths) const {
    for (const char* path : paths)
      if (!resolve_in(layout_.root, path).empty()) return path;
    return "";
  }

  Command in_root(const Words& words) const {
    Command command;
    command.words = words;
    command.root = layout_.root;
    return command;
  }

  Command with_private_file(const Words& words, unsigned user) const {
    Command command = in_root(words);
    command.run_as = user;
    command.prepare = [this] { return private_preload_file(); };
    return command;
  }

  void add(const std::string& name, Check::Result result, std::string detail = "") {
    checks_.push_back({name, result, std::move(detail)});
  }

  bool find_loader() {
    const std::string program = first_of({"/bin/true", "/usr/bin/true", "/bin/sh"});
    if (!program.empty())
      loader_ = read_elf(read_whole(layout_.at(resolve_in(layout_.root, program)))).interpreter;
    if (loader_.empty()) add("loader", Check::Result::Failed, "no dynamic program to try it with");
    return !loader_.empty();
  }

  // Without the candidate. What fails here is not the candidate's fault.
  bool system_is_sound() {
    const std::string program = first_of({"/bin/true", "/usr/bin/true", "/bin/sh"});
    Words words{program};
    if (program == "/bin/sh") words.insert(words.end(), {"-c", ":"});
    const Outcome outcome = run(in_root(words));
    noise_ = outcome.messages;
    if (outcome.succeeded()) return true;
    add("system", Check::Result::Failed,
        "programs do not start as it is (" + outcome.describe() + "): run oxidalloc-disable first");
    return false;
  }

  void judge(const Trial& trial, const Outcome& outcome) {
    if (!outcome.error.empty()) return add(trial.name, Check::Result::Skipped, outcome.error);
    if (!outcome.succeeded()) return add(trial.name, Check::Result::Failed, outcome.describe());
    if (const std::string lines = new_lines(outcome.messages, noise_); !lines.empty())
      return add(trial.name, Check::Result::Failed,
                 "it wrote: " + lines.substr(0, lines.find('\n')));
    if (outcome.output.find(trial.expected) == std::string::npos)
      return add(trial.name, Check::Result::Failed, "its output was wrong");
    add(trial.name, Check::Result::Passed);
  }

  void try_program(const Trial& trial) {
    if (trial.words.front().empty())
      return add(trial.name, Check::Result::Skipped, "not installed");
    Words words{loader_, "--preload", library_};
    words.insert(words.end(), trial.words.begin(), trial.words.end());
    judge(trial, run(in_root(words)));
  }

  void through_loader(Depth depth) {
    const std::string shell_work =
        "x=$(echo a); i=0; while [ $i -lt 200 ]; do x=a$x; i=$((i + 1)); done; (echo ${#x}) | cat";
    std::vector<Trial> trials{
        {"true", {first_of({"/bin/true", "/usr/bin/true"})}, ""},
        {"sh", {first_of({"/bin/sh"}), "-c", shell_work}, "201"},
        {"self-test", {layout_.helper("oxidalloc-selftest")}, "ok"},
    };
    if (depth == Depth::Full) {
      trials.push_back(
          {"bash", {first_of({"/bin/bash", "/usr/bin/bash"}), "-c", shell_work}, "201"});
      trials.push_back(
          {"package manager",
           {first_of({"/usr/bin/dpkg", "/usr/bin/rpm", "/usr/bin/pacman"}), "--version"},
           ""});
      trials.push_back(
          {"systemd",
           {first_of({"/usr/lib/systemd/systemd", "/lib/systemd/systemd"}), "--version"},
           "systemd"});
    }
    for (const Trial& trial : trials) {
      try_program(trial);
      if (first_failure(checks_)) return;
    }
  }

  // In a child: an /etc of its own whose preload file names the candidate alone.
  bool private_preload_file() const {
    const std::string etc = layout_.at("/etc"), upper = "/mnt/u", work = "/mnt/w";
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return false;
    if (mount("tmpfs", "/mnt", "tmpfs", 0, "mode=755") != 0) return false;
    umask(022);
    if (mkdir(upper.c_str(), 0755) != 0 || mkdir(work.c_str(), 0755) != 0) return false;
    const std::string text = library_ + "\n";
    const Descriptor file(
        open((upper + "/ld.so.preload").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!file || write(file.get(), text.data(), text.size()) < 0) return false;
    const std::string options = "lowerdir=" + etc + ",upperdir=" + upper + ",workdir=" + work;
    return mount("overlay", etc.c_str(), "overlay", 0, options.c_str()) == 0;
  }

  std::string set_user_id_program() const {
    for (const char* path :
         {"/usr/bin/su", "/usr/bin/mount", "/usr/bin/sudo", "/bin/su", "/bin/mount"}) {
      const std::string resolved = resolve_in(layout_.root, path);
      const auto facts = resolved.empty() ? std::nullopt : look(layout_.at(resolved));
      if (facts && (facts->st_mode & S_ISUID)) return resolved;
    }
    return "";
  }

  void through_preload_file() {
    const Trial shell{"preload file", {"/bin/sh", "-c", "(cat </dev/null; echo ok) | cat"}, "ok"};
    judge(shell, run(with_private_file(shell.words, 0)));
    const Trial privileged{"set-user-ID program", {set_user_id_program(), "--version"}, ""};
    if (privileged.words.front().empty())
      return add(privileged.name, Check::Result::Skipped, "none found");
    judge(privileged, run(with_private_file(privileged.words, kNobody)));
  }

  // The stub beside the entry's path, in the one 32-bit program that is always there: libc itself.
  void with_32_bits() {
    const std::string stub = layout_.helper("liboxidalloc-stub32.so");
    const std::string loader = first_of({"/lib/ld-linux.so.2"});
    const std::string libc =
        first_of({"/lib/i386-linux-gnu/libc.so.6", "/usr/lib32/libc.so.6", "/usr/lib/libc.so.6"});
    const Trial trial{"32-bit program", {loader, "--preload", stub, libc}, "GNU C Library"};
    if (loader.empty() || libc.empty() || !has_32_bit_sibling())
      return add(trial.name, Check::Result::Skipped, "no 32-bit programs here");
    if (!run(in_root({loader, libc})).succeeded())
      return add(trial.name, Check::Result::Skipped, "this kernel starts no 32-bit programs");
    if (stub.empty())
      return add(trial.name, Check::Result::Failed, "the 32-bit stub is not installed");
    judge(trial, run(in_root(trial.words)));
  }

  const Layout& layout_;
  std::string library_, loader_;
  std::string noise_;  // what programs print without the candidate: broken entries of others
  std::vector<Check> checks_;
};

}  // namespace

const Check* first_failure(const std::vector<Check>& checks) {
  for (const Check& check : checks)
    if (check.result == Check::Result::Failed) return &check;
  return nullptr;
}

std::vector<Check> preflight(const Layout& layout, const std::string& library, Depth depth) {
  const std::string problem = inspect_library(layout, library);
  Check file{"library file", Check::Result::Passed, problem};
  if (!problem.empty()) {
    file.result = Check::Result::Failed;
    return {file};
  }
  std::vector<Check> checks{file};
  for (Check& check : Trials(layout, library).run_all(depth)) checks.push_back(std::move(check));
  return checks;
}

}  // namespace ox::cli
