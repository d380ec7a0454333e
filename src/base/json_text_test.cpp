#include "base/json_text.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(JsonText, QuotesWhatHasToBe) {
  EXPECT_EQ(json_text("mysql-bin.000001"), "\"mysql-bin.000001\"");
  EXPECT_EQ(json_text("a\"b\\c\n\x1f订单"), "\"a\\\"b\\\\c\\u000a\\u001f订单\"");
}

}  // namespace
}  // namespace sluice
