// Files of the library's own, and the text that is written to them.
#include "os/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "os/text_writer.h"

namespace ox::os {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/oxidalloc-file-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory = name;
    path = directory + "/one";
  }
  void TearDown() override {
    remove(path.c_str());
    rmdir(directory.c_str());
  }
  std::string content() const {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::string directory, path;
};

TEST_F(File, WhatIsWrittenIsRead) {
  for (const std::string text : {"longer text", "short"}) {
    const int out = open_to_write(path.c_str());
    ASSERT_GE(out, 0);
    EXPECT_TRUE(write(out, text.data(), text.size()));
    close(out);
    const int in = open_to_read(path.c_str());
    char buffer[100];
    EXPECT_EQ(read(in, buffer, sizeof buffer), static_cast<long>(text.size()));
    EXPECT_EQ(std::string(buffer, text.size()), text);
    close(in);
  }
}

TEST_F(File, Failures) {
  EXPECT_LT(open_to_read(path.c_str()), 0);
  EXPECT_LT(open_to_write((directory + "/none/one").c_str()), 0);
  EXPECT_LT(duplicate(-1), 0);
  EXPECT_FALSE(write(-1, "x", 1));
  EXPECT_FALSE(rename(path.c_str(), (directory + "/two").c_str()));
  EXPECT_EQ(identity_of(-1), FileIdentity{});
  char small[2];
  EXPECT_FALSE(working_directory(small, 1));
}

TEST_F(File, AFileIsTheSameUnderEveryNumber) {
  const int out = open_to_write(path.c_str());
  const int again = duplicate(out);
  EXPECT_GT(again, 100);
  EXPECT_EQ(identity_of(out), identity_of(again));
  const int other = open_to_read("/");
  EXPECT_NE(identity_of(out), identity_of(other));
  for (const int file : {out, again, other}) close(file);
}

TEST_F(File, Rename) {
  const std::string two = directory + "/two";
  close(open_to_write(two.c_str()));
  EXPECT_TRUE(rename(two.c_str(), path.c_str()));
  EXPECT_LT(open_to_read(two.c_str()), 0);
  close(open_to_write(path.c_str()));
}

TEST_F(File, WorkingDirectory) {
  char buffer[4096];
  ASSERT_TRUE(working_directory(buffer, sizeof buffer));
  char expected[4096];
  EXPECT_STREQ(buffer, getcwd(expected, sizeof expected));
}

TEST_F(File, TextIsFormatted) {
  {
    TextWriter out(open_to_write(path.c_str()));
    out.text("a").number(0).text(" ").number(1234567, 10).text(" ").number(12, 1).text(" ");
    out.number(255, 0, 16).text(" ").address(0xabcd).characters("\nxyz", 3);
    EXPECT_TRUE(out.flush());
  }
  EXPECT_EQ(content(), "a0    1234567 12 ff 0xabcd\nxy");
}

TEST_F(File, TextThatIsLongerThanTheBuffer) {
  std::string expected;
  {
    TextWriter out(open_to_write(path.c_str()));
    for (unsigned i = 0; i < 1000; ++i) {
      out.number(i, 7);
      char number[16];
      std::snprintf(number, sizeof number, "%7u", i);
      expected += number;
    }
  }
  EXPECT_EQ(content(), expected);
}

TEST_F(File, TextThatCannotBeWritten) {
  TextWriter out(-1);
  EXPECT_FALSE(out.text("x").flush());
}

}  // namespace
}  // namespace ox::os
