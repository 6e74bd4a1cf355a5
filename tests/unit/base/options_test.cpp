// The table of options, what it makes of the environment, and that the manual page says the same.
#include "base/options.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace ox {
namespace {

Options with(std::initializer_list<const char*> variables) {
  Options options;
  for (const char* variable : variables) options.read(variable);
  return options;
}

TEST(Options, InitialValues) {
  for (size_t i = 0; i < kOptionCount; ++i)
    EXPECT_EQ(Options()[static_cast<Option>(i)], kOptions[i].initial) << kOptions[i].name;
}

TEST(Options, Flags) {
  EXPECT_EQ(with({"OX_CHECK=1"})[Option::Check], 1u);
  EXPECT_EQ(with({"OX_CHECK=1", "OX_CHECK=0"})[Option::Check], 0u);
  for (const char* other : {"OX_CHECK=", "OX_CHECK=2", "OX_CHECK=10", "OX_CHECK=yes", "OX_CHECK", "OX_CHEC=1",
                            "OX_CHECKS=1", "ox_check=1", " OX_CHECK=1"})
    EXPECT_EQ(with({other})[Option::Check], 0u) << other;
}

TEST(Options, Words) {
  EXPECT_EQ(with({"OX_REPORT=warn"})[Option::Report], static_cast<uint64_t>(OnMisuse::Warn));
  EXPECT_EQ(with({"OX_REPORT=warn", "OX_REPORT=abort"})[Option::Report], static_cast<uint64_t>(OnMisuse::Abort));
  for (const char* other : {"OX_REPORT=", "OX_REPORT=war", "OX_REPORT=warning", "OX_REPORT=abort|warn", "OX_REPORT=|"})
    EXPECT_EQ(with({other})[Option::Report], static_cast<uint64_t>(OnMisuse::Abort)) << other;
}

TEST(Options, EachIsIndependent) {
  const Options options = with({"PATH=/bin", "OX_DISABLE=1", "OX_OTHER=1", "OX_CHECK=1"});
  EXPECT_EQ(options[Option::Disable], 1u);
  EXPECT_EQ(options[Option::Check], 1u);
  EXPECT_EQ(options[Option::Healing], 0u);
}

// oxidalloc.7 has a paragraph for each, headed by its name, with the help of the table word for word.
TEST(Options, TheManualPageTellsTheSame) {
  std::ifstream file(std::string(OX_SOURCE) + "/docs/man/oxidalloc.7");
  ASSERT_TRUE(file);
  std::stringstream text;
  text << file.rdbuf();
  std::string page = text.str();
  for (char& c : page)
    if (c == '\n') c = ' ';
  for (const OptionRow& row : kOptions) {
    const size_t at = page.find(".B " + std::string(row.name) + " ");
    ASSERT_NE(at, std::string::npos) << row.name;
    EXPECT_NE(page.find(row.help, at), std::string::npos) << row.name << ": " << row.help;
  }
}

}  // namespace
}  // namespace ox
