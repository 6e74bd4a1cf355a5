// What the process has asked to be told when it ends: OX_STATS, OX_PROFILE, OX_CHECK. At exit(),
// after the program's own destructors; not at _exit() or a signal.
//
// Programs may have closed standard error by then (GNU's coreutils do), and its number may be that
// of another file: so it is duplicated at the start, and looked at before it is used.
#include "api/at_exit.h"

#include "api/policy.h"
#include "api/profile_file.h"
#include "base/options.h"
#include "heap/heap.h"
#include "heap/stats.h"
#include "os/file.h"
#include "os/report.h"
#include "os/text_writer.h"

namespace ox::at_exit {
namespace {

constexpr int kStandardError = 2;

os::FileIdentity standard_error;
int duplicate = 0;  // 0: none

// Where standard error went at the start, or -1.
int find_standard_error() {
  for (const int file : {duplicate, kStandardError})
    if (file > 0 && os::identity_of(file) == standard_error) return file;
  return -1;
}

void print_statistics() {
  const int file = find_standard_error();
  if (file < 0) return;
  heap::ClassTable classes;
  const heap::Figures figures = heap::figures(&classes);
  os::TextWriter out(file);
  heap::print(figures, classes, out);
}

bool wants_statistics() {
  return options[Option::Stats] && !policy::is_passthrough();
}

void print_integrity() {
  heap::check_all();
  const int file = find_standard_error();
  if (file < 0) return;
  if (report::survived() != 0) report::survivals(file);
  if (!options[Option::Check]) return;
  const heap::Figures figures = heap::figures();
  report::leaks(file, figures.live_blocks, figures.live_bytes);
}

// Whether anything was asked for that may have to be said at the end.
bool wants_integrity() {
  return (options[Option::Check] || options[Option::Healing] || options[Option::Report]) &&
         !policy::is_passthrough();
}

[[gnu::destructor]] void on_exit() {
  if (wants_integrity()) print_integrity();
  if (wants_statistics()) print_statistics();
  profile_file::write();
}

}  // namespace

void prepare() {
  if (!wants_statistics() && !wants_integrity()) return;
  standard_error = os::identity_of(kStandardError);
  if (standard_error != os::FileIdentity{}) duplicate = os::duplicate(kStandardError);
}

}  // namespace ox::at_exit
