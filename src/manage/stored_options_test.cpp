#include "manage/stored_options.h"

#include <gtest/gtest.h>

namespace sluice::manage {
namespace {

TEST(StoredOptions, WhatIsWrittenIsReadAgain) {
  StoredOptions options;
  options.parameters = {{"max_connections", "7"}, {"source_tls", "off"}};
  options.demands = {.ip = "10.0.0.1", .zone = "z", .group = "g", .region = "r"};
  const auto read = parse_options(options_text(options));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->parameters, options.parameters);
  EXPECT_EQ(read->demands.ip, "10.0.0.1");
  EXPECT_EQ(read->demands.zone, "z");
  EXPECT_EQ(read->demands.group, "g");
  EXPECT_EQ(read->demands.region, "r");
}

TEST(StoredOptions, AnEmptyObjectSaysNothing) {
  const auto read = parse_options("{}");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->parameters.empty());
  EXPECT_EQ(read->demands.ip, "");
}

TEST(StoredOptions, MembersOfANewerProgramAreKept) {
  EXPECT_EQ(options_text({}, R"({"later":[1],"parameters":{"gone":"1"}})"),
            R"({"demands":{},"later":[1],"parameters":{}})");
}

TEST(StoredOptions, WhatIsNoObjectIsDamaged) {
  for (const char* text : {"", "{", "[]", "null", R"("{}")", "{}{}"}) {
    const auto read = parse_options(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
  }
}

TEST(StoredOptions, MembersOfOtherTypesDoNotCount) {
  const auto read = parse_options(R"({"parameters":{"a":1,"b":"2"},"demands":{"ip":3,"zone":null}})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->parameters, (SetValues{{"b", "2"}}));
  EXPECT_EQ(read->demands.ip, "");
  EXPECT_TRUE(parse_options(R"({"parameters":[],"demands":1})"));
}

TEST(StoredOptions, BytesThatAreNoUtf8AreReplaced) {
  StoredOptions options;
  options.demands.zone = "z\xff";
  EXPECT_TRUE(parse_options(options_text(options)));
}

}  // namespace
}  // namespace sluice::manage
