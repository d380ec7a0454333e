#include "ctl/tenant_text.h"

#include <gtest/gtest.h>

namespace sluice::ctl {
namespace {

using sql::TenantName;

TEST(TenantText, IsCutAtTheFirstPoint) {
  EXPECT_EQ(parse_tenant("prod.shop"), (TenantName{"prod", "shop"}));
  EXPECT_EQ(parse_tenant("prod.shop.eu"), (TenantName{"prod", "shop.eu"}));
  EXPECT_EQ(parse_tenant("生产.商店"), (TenantName{"生产", "商店"}));
}

TEST(TenantText, BackTicksKeepPointsInNames) {
  EXPECT_EQ(parse_tenant("`a.b`.`c`"), (TenantName{"a.b", "c"}));
  EXPECT_EQ(parse_tenant("`a.b`.c.d"), (TenantName{"a.b", "c.d"}));
  EXPECT_EQ(parse_tenant("`a``.b`.`c`"), (TenantName{"a`.b", "c"}));
}

TEST(TenantText, WhatNamesNoTenantIsRefused) {
  for (const std::string text : {"", "a", ".", "a.", ".b", "``.b", "`a.b", "`a`b.c", "a.`b`c", "`a`.", "a`.b`.`"}) {
    const auto parsed = parse_tenant(text);
    // "a`.b`.`" is cut at its first point: odd, and still a name.
    EXPECT_EQ(parsed.has_value(), text == "a`.b`.`") << text;
  }
  EXPECT_FALSE(parse_tenant(std::string("a\0.b", 4)));
  EXPECT_FALSE(parse_tenant("a." + std::string(129, 'x')));
}

TEST(TenantText, TheMessageCannotMoveTheCursor) {
  EXPECT_NE(parse_tenant("\x1b[2J").error().message.find("\\x1b[2J"), std::string::npos);
}

TEST(TenantText, WhatIsWrittenIsReadBack) {
  for (const auto& tenant :
       {TenantName{"a", "b"}, TenantName{"a.b", "c.d"}, TenantName{"`", "`x"}, TenantName{"a`", "b`"}}) {
    EXPECT_EQ(parse_tenant(tenant_text(tenant)), tenant);
  }
  EXPECT_EQ(tenant_text({"a", "b.c"}), "a.b.c");
  EXPECT_EQ(tenant_text({"a.b", "c"}), "`a.b`.c");
}

}  // namespace
}  // namespace sluice::ctl
