#include "cli/preload_file.h"

#include <cstdio>

#include "cli/files.h"
#include "cli/preload_text.h"

namespace ox::cli {

const char* name_of(Mode mode) {
  switch (mode) {
    case Mode::Off:
      return "off";
    case Mode::BootSafe:
      return "boot-safe";
    case Mode::Direct:
      return "direct";
  }
  return "?";
}

PreloadFile read_preload(const Layout& layout) {
  PreloadFile file;
  const auto facts = look(layout.preload());
  if (!facts) return file;
  file.facts = *facts;
  if (S_ISLNK(facts->st_mode)) {
    file.target = link_target(layout.preload()).value_or("");
    file.kind =
        file.target == kBootLink ? PreloadFile::Kind::OurLink : PreloadFile::Kind::ForeignLink;
  } else if (S_ISREG(facts->st_mode)) {
    file.kind = PreloadFile::Kind::Regular;
    file.text = read_whole(layout.preload());
  } else {
    file.kind = PreloadFile::Kind::Other;
  }
  return file;
}

Mode PreloadFile::mode() const {
  if (kind == Kind::OurLink) return Mode::BootSafe;
  if (kind != Kind::Regular) return Mode::Off;
  for (const PreloadEntry& entry : entries_of(text))
    if (entry.ours && !entry.comment) return Mode::Direct;
  return Mode::Off;
}

std::string PreloadFile::objection() const {
  if (kind == Kind::ForeignLink) return "it is a symbolic link to " + target + ", not made by us";
  if (kind == Kind::Other) return "it is no regular file";
  if (kind != Kind::Regular) return "";
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", facts.st_mode & 07777);
  if (facts.st_uid != 0)
    return "it belongs to user " + std::to_string(facts.st_uid) + ", not to root";
  if (facts.st_mode & 022) return "others than root may write it (mode " + std::string(mode) + ")";
  if ((facts.st_mode & 0444) != 0444)
    return "not everybody may read it (mode " + std::string(mode) + "): it works for root alone";
  return "";
}

namespace {

void refuse_objections(const Layout& layout, const PreloadFile& file) {
  const std::string objection = file.objection();
  if (objection.empty()) return;
  throw Refused(
      layout.preload() + ": " + objection,
      "Look at who made it so. When it should be an ordinary file again: chown root:root and "
      "chmod 0644, or remove the link; then try again.");
}

}  // namespace

bool put_entry(const Layout& layout) {
  const PreloadFile file = read_preload(layout);
  refuse_objections(layout, file);
  const std::string text = with_our_entry(file.text);
  if (file.kind == PreloadFile::Kind::Regular && text == file.text) return false;
  const gid_t group = file.kind == PreloadFile::Kind::Regular ? file.facts.st_gid : 0;
  replace_file(layout.preload(), text, {.mode = 0644, .owner = 0, .group = group});
  return true;
}

bool put_boot_link(const Layout& layout) {
  const PreloadFile file = read_preload(layout);
  if (file.kind == PreloadFile::Kind::OurLink) return false;
  refuse_objections(layout, file);
  if (has_foreign_entry(file.text))
    throw Refused(layout.preload() + " has entries of others: boot-safe mode would hide them",
                  "Use --mode direct.");
  replace_link(layout.preload(), std::string(kBootLink));
  return true;
}

bool take_entry(const Layout& layout) {
  const PreloadFile file = read_preload(layout);
  if (file.kind == PreloadFile::Kind::OurLink) {
    remove_file(layout.preload());
    return true;
  }
  if (file.kind == PreloadFile::Kind::ForeignLink) refuse_objections(layout, file);
  if (file.kind != PreloadFile::Kind::Regular) return false;
  const std::string text = without_our_entries(file.text);
  if (text == file.text) return false;
  if (is_blank(text))
    remove_file(layout.preload());
  else
    replace_file(layout.preload(), text,
                 {.mode = file.facts.st_mode & 07777,
                  .owner = file.facts.st_uid,
                  .group = file.facts.st_gid});
  return true;
}

}  // namespace ox::cli
