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
  for (const char* other : {"OX_CHECK=", "OX_CHECK=2", "OX_CHECK=10", "OX_CHECK=yes", "OX_CHECK",
                            "OX_CHEC=1", "OX_CHECKS=1", "ox_check=1", " OX_CHECK=1"})
    EXPECT_EQ(with({other})[Option::Check], 0u) << other;
}

TEST(Options, Words) {
  EXPECT_EQ(with({"OX_REPORT=warn"})[Option::Report], static_cast<uint64_t>(OnMisuse::Warn));
  EXPECT_EQ(with({"OX_REPORT=warn", "OX_REPORT=abort"})[Option::Report],
            static_cast<uint64_t>(OnMisuse::Abort));
  for (const char* other :
       {"OX_REPORT=", "OX_REPORT=war", "OX_REPORT=warning", "OX_REPORT=abort|warn", "OX_REPORT=|"})
    EXPECT_EQ(with({other})[Option::Report], static_cast<uint64_t>(OnMisuse::Abort)) << other;
}

TEST(Options, Texts) {
  EXPECT_EQ(with({})[Option::Profile], 0u);
  EXPECT_EQ(with({}).text(Option::Profile), nullptr);
  EXPECT_STREQ(with({"OX_PROFILE=/a|b:c"}).text(Option::Profile), "/a|b:c");
  EXPECT_EQ(with({"OX_PROFILE="}).text(Option::Profile), nullptr);
}

TEST(Options, Bytes) {
  uint64_t bytes = 0;
  EXPECT_TRUE(Options::parse_bytes("17", bytes) && bytes == 17);
  EXPECT_TRUE(Options::parse_bytes("512K", bytes) && bytes == 512u << 10);
  EXPECT_TRUE(Options::parse_bytes("3M", bytes) && bytes == 3u << 20);
  EXPECT_TRUE(Options::parse_bytes("2G", bytes) && bytes == uint64_t{2} << 30);
  for (const char* other : {"", "K", "1k", "1KB", "-1", "1.5M", "99999999999999999999"})
    EXPECT_FALSE(Options::parse_bytes(other, bytes)) << other;
}

TEST(Options, WrittenAsTheyWouldStandInTheEnvironment) {
  const auto written = [](const Options& options, Option option) {
    char buffer[16];
    return options.write(option, buffer, sizeof buffer) ? std::string(buffer) : "does not fit";
  };
  EXPECT_EQ(written({}, Option::Disable), "0");
  EXPECT_EQ(written(with({"OX_STATS=1"}), Option::Stats), "1");
  EXPECT_EQ(written({}, Option::Report), "abort");
  EXPECT_EQ(written(with({"OX_REPORT=warn"}), Option::Report), "warn");
  EXPECT_EQ(written({}, Option::Profile), "");
  EXPECT_EQ(written(with({"OX_PROFILE=a|b"}), Option::Profile), "a|b");
  EXPECT_EQ(written(with({"OX_PROFILE=123456789012345"}), Option::Profile), "123456789012345");
  EXPECT_EQ(written(with({"OX_PROFILE=1234567890123456"}), Option::Profile), "does not fit");
}

TEST(Options, EachIsIndependent) {
  const Options options = with({"PATH=/bin", "OX_DISABLE=1", "OX_OTHER=1", "OX_CHECK=1"});
  EXPECT_EQ(options[Option::Disable], 1u);
  EXPECT_EQ(options[Option::Check], 1u);
  EXPECT_EQ(options[Option::Healing], 0u);
}

// oxidalloc.7 has a paragraph for each, headed by its name, with the help of the table word for
// word.
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
