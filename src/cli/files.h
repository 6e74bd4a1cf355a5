// Files: reading, looking, and the only ways in which the tools change anything on disk.
// Every failure is a Refused with the path and the kernel's reason in it.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ox::cli {

// Nothing was changed; `what()` says why, `advice` what to do next.
struct Refused : std::runtime_error {
  explicit Refused(const std::string& what, std::string next = "")
      : std::runtime_error(what), advice(std::move(next)) {}
  std::string advice;
};

// The Refused of a failed system call, from errno.
Refused refused_by_system(const std::string& action, const std::string& path);

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool exists(const std::string& path);
bool is_symlink(const std::string& path);
std::optional<struct stat> look(const std::string& path);  // of a link itself
std::optional<std::string> link_target(const std::string& path);
std::optional<std::string> read_if_there(const std::string& path);
std::string read_whole(const std::string& path);
std::vector<std::string> names_in(const std::string& directory, std::string_view suffix);
std::string parent_of(const std::string& path);
bool is_root();

// The path with every link resolved as a program inside `root` would; "" if there is no such file.
std::string resolve_in(const std::string& root, const std::string& path);

// Held until destroyed: one editor at a time in that root. Waits for the other up to 30 seconds.
Descriptor lock_root(const std::string& root);

// replace.cpp: the published path changes at once or not at all, and durably. The directory must
// exist.
struct Attributes {
  mode_t mode = 0644;
  uid_t owner = 0;
  gid_t group = 0;
};
void replace_file(const std::string& path, std::string_view content, Attributes attributes);
void replace_link(const std::string& path, const std::string& target);
void remove_file(const std::string& path);  // absent already: fine
void rename_file(const std::string& from, const std::string& to);
// `to` becomes a second name of `from`.
void replace_by_hard_link(const std::string& from, const std::string& to);
// 0755 whatever the umask, with parents.
void make_directories(const std::string& path);

}  // namespace ox::cli
