// The only code that changes a published path: temporary file beside it, all attributes set, fsync,
// rename, fsync of the directory. A kill at any system call leaves the old content or the new, and
// perhaps the temporary file, which the next edit removes (its name is fixed; the caller has the
// lock).
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "cli/files.h"

namespace ox::cli {
namespace {

constexpr char kLabel[] = "security.selinux";

std::string temporary_for(const std::string& path) {
  const std::string directory = parent_of(path);
  return directory + "/." + path.substr(path.rfind('/') + 1) + ".oxidalloc-new";
}

void sync_directory(const std::string& path) {
  const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system that cannot, and needs not (overlay, tmpfs of old kernels).
  if (!directory || (fsync(directory.get()) != 0 && errno != EINVAL))
    throw refused_by_system("sync", path);
}

// Removes the temporary name unless released.
struct Temporary {
  explicit Temporary(const std::string& target) : path(temporary_for(target)) {
    if (unlink(path.c_str()) != 0 && errno != ENOENT) throw refused_by_system("remove", path);
  }
  ~Temporary() {
    if (!published) unlink(path.c_str());
  }
  void publish(const std::string& target) {
    if (rename(path.c_str(), target.c_str()) != 0) throw refused_by_system("replace", target);
    published = true;
    sync_directory(parent_of(target));
  }
  std::string path;
  bool published = false;
};

void write_all(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) throw refused_by_system("write", path);
    if (written > 0) content.remove_prefix(static_cast<size_t>(written));
  }
}

// The new file carries the security label of the one it takes the place of.
void keep_label(const std::string& old_path, int file) {
  char label[256];
  const ssize_t length = lgetxattr(old_path.c_str(), kLabel, label, sizeof label);
  if (length > 0) fsetxattr(file, kLabel, label, static_cast<size_t>(length), 0);
}

}  // namespace

void replace_file(const std::string& path, std::string_view content, Attributes attributes) {
  Temporary temporary(path);
  const char* name = temporary.path.c_str();
  const Descriptor file(open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) throw refused_by_system("create", temporary.path);
  write_all(file.get(), content, temporary.path);
  keep_label(path, file.get());
  if (fchown(file.get(), attributes.owner, attributes.group) != 0)
    throw refused_by_system("set the owner of", temporary.path);
  if (fchmod(file.get(), attributes.mode) != 0)
    throw refused_by_system("set the mode of", temporary.path);
  if (fsync(file.get()) != 0) throw refused_by_system("sync", temporary.path);
  temporary.publish(path);
}

void replace_link(const std::string& path, const std::string& target) {
  Temporary temporary(path);
  if (symlink(target.c_str(), temporary.path.c_str()) != 0)
    throw refused_by_system("create", temporary.path);
  temporary.publish(path);
}

void replace_by_hard_link(const std::string& from, const std::string& to) {
  Temporary temporary(to);
  if (link(from.c_str(), temporary.path.c_str()) != 0) throw refused_by_system("link", from);
  temporary.publish(to);
}

void rename_file(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) throw refused_by_system("replace", to);
  sync_directory(parent_of(to));
}

void remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    throw refused_by_system("remove", path);
  }
  sync_directory(parent_of(path));
}

void make_directories(const std::string& path) {
  if (const auto facts = look(path); facts && (S_ISDIR(facts->st_mode) || exists(path))) return;
  make_directories(parent_of(path));
  if (mkdir(path.c_str(), 0755) != 0) {
    if (errno == EEXIST) return;
    throw refused_by_system("create the directory", path);
  }
  // mkdir's mode went through the umask.
  if (chmod(path.c_str(), 0755) != 0) throw refused_by_system("set the mode of", path);
}

}  // namespace ox::cli
