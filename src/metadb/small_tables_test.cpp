#include <gtest/gtest.h>

#include "metadb/accounts.h"
#include "metadb/cluster_for_test.h"
#include "metadb/history.h"
#include "metadb/meta_db.h"
#include "metadb/parameter_values.h"

namespace sluice::metadb {
namespace {

class SmallTablesTest : public ClusterTest {};
SLUICE_ON_EACH_DATABASE(SmallTablesTest);

TEST_P(SmallTablesTest, parameters_of_one_scope_leave_others_alone) {
  MetaDb database = open();
  const ParameterValue wide{.level = ParameterLevel::cluster, .scope = "", .name = "p", .value = "1"};
  const ParameterValue narrow{.level = ParameterLevel::instance, .scope = "a1", .name = "p", .value = "2"};
  expect_done(set_parameter(database, wide));
  expect_done(set_parameter(database, narrow));
  expect_done(set_parameter(database, {ParameterLevel::instance, "a1", "p", "3"}));
  EXPECT_EQ(list_parameters(database, ParameterLevel::instance, "a1")->front().value, "3");
  EXPECT_TRUE(counted(unset_parameter(database, narrow)));
  EXPECT_FALSE(counted(unset_parameter(database, narrow)));
  EXPECT_EQ(list_parameters(database, ParameterLevel::cluster, "")->front().value, "1");
}

TEST_P(SmallTablesTest, parameters_of_all_levels_come_in_one_statement_wider_first) {
  MetaDb database = open();
  expect_done(set_parameter(database, {ParameterLevel::instance, "a1", "p", "3"}));
  expect_done(set_parameter(database, {ParameterLevel::tenant, "c.b", "p", "2"}));
  expect_done(set_parameter(database, {ParameterLevel::tenant, "c.a", "q", "2"}));
  expect_done(set_parameter(database, {ParameterLevel::cluster, "", "p", "1"}));
  const auto before = database.statement_count();
  const auto all = list_all_parameters(database);
  EXPECT_EQ(database.statement_count() - before, 1U);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 4U);
  EXPECT_EQ(all->at(0).level, ParameterLevel::cluster);
  EXPECT_EQ(all->at(1).scope, "c.a");
  EXPECT_EQ(all->at(2).scope, "c.b");
  EXPECT_EQ(all->at(3).value, "3");
}

TEST_P(SmallTablesTest, accounts_are_made_once_changed_and_dropped) {
  MetaDb database = open();
  expect_done(create_account(database, {.name = "u", .native_hash = "*1", .password_hash = "h", .tag = "admin"}));
  EXPECT_TRUE(is_duplicate(create_account(database, {.name = "u"}).error()));
  expect_done(change_account(database, {.name = "u", .native_hash = "*2", .password_hash = "h", .tag = "user"}));
  EXPECT_EQ(change_account(database, {.name = "v"}).error().kind, ErrorKind::not_found);
  const auto accounts = list_accounts(database);
  ASSERT_TRUE(accounts) << accounts.error().message;
  EXPECT_EQ(accounts->front().native_hash, "*2");
  EXPECT_TRUE(counted(drop_account(database, "u")));
  EXPECT_FALSE(counted(drop_account(database, "u")));
}

TEST_P(SmallTablesTest, history_is_read_from_its_new_end_in_pages) {
  MetaDb database = open();
  for (const char* what : {"one", "two", "three"}) {
    expect_done(append_history(database, {.decision = {.what = what, .who = "w", .reason = "r"}, .tenant = tenant_a}));
  }
  const auto page = list_history(database, {}, {.limit = 2, .offset = 1});
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ(page->at(0).decision.what, "two");
  EXPECT_EQ(page->at(1).decision.what, "one");
  EXPECT_GT(page->at(0).time.count(), 0);
  EXPECT_TRUE(list_history(database, {.tenant = {"c", "b"}}, {})->empty());
  EXPECT_EQ(counted(trim_history(database, std::chrono::hours(1))), 0U);
  EXPECT_EQ(counted(trim_history(database, std::chrono::hours(-1))), 3U);
}

}  // namespace
}  // namespace sluice::metadb
