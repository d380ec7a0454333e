#include "configuration/document.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "configuration/password.h"
#include "configuration/problems.h"

namespace sluice::configuration {
namespace {

class ConfigurationTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  Document parse(const std::string& text) { return Document::read(write("file.toml", text)).value(); }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("sluice-configuration-" + std::to_string(::getpid()));
};

using Texts = std::vector<std::string>;

TEST_F(ConfigurationTest, ValuesOfEachKindAreTaken) {
  Section section = parse("[a]\ntext = 'x'\non = true\nport = 7\nlist = ['p', 'q']").section("a");
  std::string text;
  bool on = false;
  std::uint16_t port = 0;
  section.text("text", text);
  section.flag("on", on);
  section.number("port", 0, UINT16_MAX, port);
  EXPECT_EQ(section.list("list").value(), (List{"p", "q"}));
  EXPECT_EQ(text, "x");
  EXPECT_TRUE(on);
  EXPECT_EQ(port, 7);
  EXPECT_EQ(section.finish(), Texts());
}

TEST_F(ConfigurationTest, WhatIsNotThereLeavesTheDefault) {
  Section section = parse("").section("a");
  int number = 5;
  section.number("n", 0, 9, number);
  section.require("n");
  EXPECT_FALSE(section.exists());
  EXPECT_EQ(number, 5);
  EXPECT_EQ(section.finish(), Texts{"a.n is missing"});
}

TEST_F(ConfigurationTest, WrongKindsRangesAndUnknownKeysAreAllTold) {
  Section section = parse("[a]\ntext = 1\nnumber = 10\nother = 1.5").section("a");
  std::string text = "before";
  int number = 5;
  section.text("text", text);
  section.number("number", 0, 9, number);
  EXPECT_EQ(text, "before");
  EXPECT_EQ(number, 5);
  EXPECT_EQ(section.finish(), (Texts{"a.text has to be a text in quotes", "a.number is 10, but has to be from 0 to 9",
                                     "a.other is not a known key"}));
}

TEST_F(ConfigurationTest, AKeyAtTheTopHasNoPrefix) {
  Section top = parse("wrong = 1\n[a]").top();
  top.allow("a");
  EXPECT_EQ(top.finish(), Texts{"wrong is not a known key"});
}

TEST_F(ConfigurationTest, WhatIsNoTextInAListIsAnEmptyOne) {
  Section section = parse("[a]\nlist = ['p', 3]\nnone = 'p'").section("a");
  EXPECT_EQ(section.list("list").value(), (List{"p", ""}));
  EXPECT_FALSE(section.list("none"));
  EXPECT_FALSE(section.list("missing"));
}

TEST_F(ConfigurationTest, ListsOfTablesAreGivenOneByOne) {
  const Document document = parse("[[account]]\nname = 'a'\n[[account]]\nname = 'b'");
  auto accounts = document.sections("account").value();
  ASSERT_EQ(accounts.size(), 2U);
  std::string name;
  accounts[1].text("name", name);
  EXPECT_EQ(name, "b");
  EXPECT_FALSE(document.sections("others"));
  EXPECT_FALSE(parse("account = ['a']").sections("account").value().front().exists());
}

TEST_F(ConfigurationTest, WhatIsNoTomlIsToldWithItsLine) {
  const auto path = write("wrong.toml", "a = 1\nb = \n");
  const auto document = Document::read(path);
  ASSERT_FALSE(document);
  EXPECT_TRUE(document.error().message.starts_with(path.string() + ", line 2: ")) << document.error().message;
  EXPECT_EQ(Document::read(path.string() + ".none").error().kind, ErrorKind::not_found);
}

TEST_F(ConfigurationTest, APasswordComesFromAFileWithoutItsLineEnd) {
  const auto file = write("password", "secret\r\n");
  Section section = parse("[a]\npassword_file = '" + file.string() + "'").section("a");
  std::string password;
  read_password(section, password);
  EXPECT_EQ(password, "secret");
  EXPECT_EQ(section.finish(), Texts());
}

TEST_F(ConfigurationTest, OnlyOnePasswordMayBeGiven) {
  const auto file = write("password", "secret");
  Section section = parse("[a]\npassword = 'other'\npassword_file = '" + file.string() + "'").section("a");
  std::string password;
  read_password(section, password);
  EXPECT_EQ(section.finish(), Texts{"a.password_file and password are both given; use one"});
}

TEST_F(ConfigurationTest, AllProblemsAreToldAtOnce) {
  Problems problems;
  EXPECT_TRUE(problems.verdict("file"));
  problems.add({"a is missing", "b is missing"});
  EXPECT_EQ(problems.verdict("file").error().message, "file: a is missing; b is missing");
}

}  // namespace
}  // namespace sluice::configuration
