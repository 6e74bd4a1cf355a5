#include "cli/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>

namespace ox::cli {

Refused refused_by_system(const std::string& action, const std::string& path) {
  const int error = errno;
  std::string advice;
  if (error == EROFS) advice = "The file system is read-only: remount it writable, then try again.";
  if (error == ENOSPC || error == EDQUOT) advice = "Free some space, then try again.";
  if (error == EACCES || error == EPERM)
    advice = is_root() ? "Is the file immutable (lsattr), or does a security module forbid it?"
                       : "Run it as root.";
  return Refused("cannot " + action + " " + path + ": " + std::strerror(error), advice);
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

std::optional<struct stat> look(const std::string& path) {
  struct stat facts;
  if (lstat(path.c_str(), &facts) != 0) return std::nullopt;
  return facts;
}

bool is_symlink(const std::string& path) {
  const auto facts = look(path);
  return facts && S_ISLNK(facts->st_mode);
}

std::optional<std::string> link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  if (length < 0) return std::nullopt;
  return std::string(target, static_cast<size_t>(length));
}

std::optional<std::string> read_if_there(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw refused_by_system("read", path);
  }
  std::string content;
  char part[65536];
  for (;;) {
    const ssize_t got = read(file.get(), part, sizeof part);
    if (got == 0) return content;
    if (got < 0 && errno != EINTR) throw refused_by_system("read", path);
    if (got > 0) content.append(part, static_cast<size_t>(got));
  }
}

std::string read_whole(const std::string& path) {
  if (auto content = read_if_there(path)) return *std::move(content);
  errno = ENOENT;
  throw refused_by_system("read", path);
}

std::vector<std::string> names_in(const std::string& directory, std::string_view suffix) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(directory.c_str()), closedir);
  if (!stream) return names;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name.front() != '.' && name.ends_with(suffix)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_root() {
  return geteuid() == 0;
}

std::string resolve_in(const std::string& root, const std::string& path) {
  std::string rest = path, done;
  for (int steps = 0; steps < 200; ++steps) {
    const size_t start = rest.find_first_not_of('/');
    if (start == std::string::npos) return exists(root + done) ? done : "";
    const size_t end = std::min(rest.find('/', start), rest.size());
    const std::string part = rest.substr(start, end - start);
    rest.erase(0, end);
    if (part == ".") continue;
    if (part == "..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    const auto target = link_target(root + done + "/" + part);
    if (!target) {
      done += "/" + part;
    } else {
      rest = *target + rest;
      if (target->starts_with('/')) done.clear();
    }
  }
  return "";
}

Descriptor lock_root(const std::string& root) {
  const std::string directory = root + "/etc";
  Descriptor lock(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) throw refused_by_system("open", directory);
  for (int tries = 0; tries < 300; ++tries) {
    if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK && errno != EINTR) throw refused_by_system("lock", directory);
    usleep(100'000);
  }
  throw Refused("another oxidalloc tool has been at work for 30 seconds", "Try again later.");
}

}  // namespace ox::cli
