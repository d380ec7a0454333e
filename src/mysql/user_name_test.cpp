#include "mysql/user_name.h"

#include <gtest/gtest.h>

namespace sluice::mysql {
namespace {

void expect(std::string_view name, std::string_view user, std::string_view tenant, std::string_view cluster) {
  const TenantUserName parsed = parse_user_name(name);
  EXPECT_EQ(parsed.user, user) << name;
  EXPECT_EQ(parsed.tenant, tenant) << name;
  EXPECT_EQ(parsed.cluster, cluster) << name;
}

TEST(UserName, SaysItsTenantInThreeWays) {
  expect("root@mysql#obcluster", "root", "mysql", "obcluster");
  expect("root@mysql", "root", "mysql", "");
  expect("obcluster:mysql:root", "root", "mysql", "obcluster");
}

TEST(UserName, MayHaveAnAtOfItsOwn) {
  expect("a@b.c@tenant#cluster", "a@b.c", "tenant", "cluster");
}

TEST(UserName, WithoutATenantItIsTheWholeName) {
  for (const auto* const name :
       {"", "root", "@", "root@", "@tenant", "root@#c", "root@t#", "a#b", "a:b", ":a:b", "a::b", "a:b:"}) {
    expect(name, name, "", "");
  }
}

}  // namespace
}  // namespace sluice::mysql
