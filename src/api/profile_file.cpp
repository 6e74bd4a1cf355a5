// OX_PROFILE=FILE[:RATE]. The file is written under another name and then renamed, so that it is
// whole whenever it is there; "%p" in its name stands for the process's number.
#include "api/profile_file.h"

#include "base/options.h"
#include "base/rare.h"
#include "heap/profile.h"
#include "os/file.h"
#include "os/process.h"
#include "os/text_writer.h"

namespace ox::profile_file {
namespace {

constexpr uint64_t kDefaultRate = uint64_t{512} << 10;
constexpr size_t kMostName = 1024;

// Absolute: programs change their directory. A copy: they overwrite their environment.
OX_RARE char name[kMostName];

// A name built in place; one that does not fit is none.
class Name {
 public:
  void add(const char* text) {
    while (*text) add(*text++);
  }
  void add(char character) {
    if (length_ < kMostName - 1)
      text_[length_++] = character;
    else
      fits_ = false;
    text_[length_] = '\0';
  }
  void add_number(uint64_t value) {
    if (value >= 10) add_number(value / 10);
    add(static_cast<char>('0' + value % 10));
  }
  const char* text() const { return fits_ && length_ > 0 ? text_ : nullptr; }

 private:
  char text_[kMostName];
  size_t length_ = 0;
  bool fits_ = true;
};

// Splits "FILE:RATE". What follows the last colon is part of the name if it is no rate.
size_t length_of_name(const char* setting, uint64_t& rate) {
  size_t length = 0, colon = 0;
  for (; setting[length]; ++length)
    if (setting[length] == ':') colon = length;
  uint64_t number;
  if (colon == 0 || !Options::parse_bytes(setting + colon + 1, number) || number == 0)
    return length;
  rate = number;
  return colon;
}

bool set_name(const char* setting, size_t length) {
  Name full;
  if (*setting != '/') {
    char directory[kMostName];
    if (!os::working_directory(directory, sizeof directory)) return false;
    full.add(directory);
    full.add('/');
  }
  for (size_t i = 0; i < length; ++i) full.add(setting[i]);
  if (!full.text()) return false;
  for (size_t i = 0; (name[i] = full.text()[i]) != '\0'; ++i) {
  }
  return true;
}

Name name_of_process() {
  Name full;
  for (size_t i = 0; name[i]; ++i)
    if (name[i] == '%' && name[i + 1] == 'p')
      full.add_number(static_cast<uint64_t>(os::process_id())), ++i;
    else
      full.add(name[i]);
  return full;
}

// What turns addresses into names: pprof reads it behind the profile.
void write_mappings(os::TextWriter& out) {
  out.text("\nMAPPED_LIBRARIES:\n");
  const int maps = os::open_to_read("/proc/self/maps");
  if (maps < 0) return;
  char buffer[1024];
  for (long length; (length = os::read(maps, buffer, sizeof buffer)) > 0;)
    out.characters(buffer, static_cast<size_t>(length));
  os::close(maps);
}

bool write_to(const char* path) {
  const int file = os::open_to_write(path);
  if (file < 0) return false;
  bool written;
  {
    os::TextWriter out(file);
    profile::write(out);
    write_mappings(out);
    written = out.flush();
  }
  os::close(file);
  return written;
}

}  // namespace

void prepare() {
  const char* setting = options.text(Option::Profile);
  uint64_t rate = kDefaultRate;
  if (setting && set_name(setting, length_of_name(setting, rate))) profile::start(rate);
}

bool write() {
  if (!profile::is_on()) return true;
  const Name full = name_of_process();
  Name temporary = full;
  temporary.add(".tmp");
  temporary.add_number(static_cast<uint64_t>(os::process_id()));
  if (!full.text() || !temporary.text()) return false;
  if (write_to(temporary.text()) && os::rename(temporary.text(), full.text())) return true;
  os::remove(temporary.text());
  return false;
}

}  // namespace ox::profile_file
