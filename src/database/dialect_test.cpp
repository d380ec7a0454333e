#include "database/dialect.h"

#include <gtest/gtest.h>

namespace sluice::database {
namespace {

TEST(DialectTest, says_the_same_in_both) {
  EXPECT_EQ(in_dialect("a {number}, b {text}", Dialect::mysql), "a BIGINT, b LONGTEXT");
  EXPECT_EQ(in_dialect("a {number}, b {text}", Dialect::sqlite), "a INTEGER, b TEXT");
}

TEST(DialectTest, replaces_every_now) {
  EXPECT_EQ(in_dialect("{now} {now}", Dialect::sqlite).find('{'), std::string::npos);
}

TEST(DialectTest, leaves_other_braces) {
  EXPECT_EQ(in_dialect("'{}' {other}", Dialect::mysql), "'{}' {other}");
}

}  // namespace
}  // namespace sluice::database
