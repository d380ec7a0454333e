#include "metadb/revisions.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "metadb/accounts.h"
#include "metadb/cluster_for_test.h"
#include "metadb/meta_db.h"
#include "metadb/parameter_values.h"
#include "metadb/servers.h"

namespace sluice::metadb {
namespace {

class RevisionsTest : public ClusterTest {
 protected:
  /// By how much each grows while `change` runs.
  static Revisions growth(MetaDb& database, const std::function<void()>& change) {
    const Revisions before = read_sight(database).value().revisions;
    change();
    const Revisions after = read_sight(database).value().revisions;
    return {.accounts = after.accounts - before.accounts,
            .parameters = after.parameters - before.parameters,
            .instances = after.instances - before.instances};
  }
};
SLUICE_ON_EACH_DATABASE(RevisionsTest);

TEST_P(RevisionsTest, accounts_that_change_raise_theirs_alone) {
  MetaDb database = open();
  const Revisions one{.accounts = 1};
  EXPECT_EQ(growth(database, [&] { expect_done(create_account(database, {.name = "u"})); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_FALSE(create_account(database, {.name = "u"})); }), Revisions{});
  EXPECT_EQ(growth(database, [&] { expect_done(change_account(database, {.name = "u", .tag = "user"})); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_TRUE(counted(drop_account(database, "u"))); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_FALSE(counted(drop_account(database, "u"))); }), Revisions{});
}

TEST_P(RevisionsTest, parameters_that_change_raise_theirs_alone) {
  MetaDb database = open();
  const ParameterValue value{.name = "p", .value = "1"};
  const Revisions one{.parameters = 1};
  EXPECT_EQ(growth(database, [&] { expect_done(set_parameter(database, value)); }), one);
  EXPECT_EQ(growth(database, [&] { expect_done(set_parameter(database, value)); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_TRUE(counted(unset_parameter(database, value))); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_FALSE(counted(unset_parameter(database, value))); }), Revisions{});
}

TEST_P(RevisionsTest, what_is_wanted_of_instances_raises_theirs) {
  MetaDb database = open();
  const Revisions one{.instances = 1};
  const auto no_change = [](TenantSettings&) -> Result<void> { return {}; };
  EXPECT_EQ(growth(database, [&] { make_tenant(database); }), one);
  EXPECT_EQ(growth(database, [&] { make_running(database, "a1"); }), one);
  EXPECT_EQ(growth(database, [&] { EXPECT_TRUE(counted(set_primary(database, tenant_a, 0, "a1", somebody))); }), one);
  EXPECT_EQ(growth(database, [&] { expect_done(alter_tenant(database, tenant_a, no_change, somebody)); }), one);
  EXPECT_EQ(growth(database, [&] { counted(want_instance(database, "a1", Wanted::stopped, {}, somebody)); }), one);
  EXPECT_EQ(growth(database, [&] { counted(set_instance_options(database, "a1", "{}", "{ }")); }), one);
  EXPECT_EQ(growth(database,
                   [&] { expect_done(create_instance(database, tenant_a, {.name = "a3", .server = "s1"}, somebody)); }),
            one);
  EXPECT_EQ(growth(database, [&] { expect_done(drop_tenant(database, tenant_a, {}, somebody)); }),
            (Revisions{.parameters = 1, .instances = 1}));
}

TEST_P(RevisionsTest, what_changed_nothing_or_concerns_nobody_else_raises_none) {
  MetaDb database = open();
  make_tenant(database);
  const InstanceChange own{.to = InstanceState::running, .by_its_server = true};
  EXPECT_EQ(growth(database,
                   [&] {
                     EXPECT_TRUE(change(database, "a1", InstanceState::init, own));
                     EXPECT_FALSE(change(database, "a1", InstanceState::init, {.to = InstanceState::failed}));
                     EXPECT_FALSE(counted(set_primary(database, tenant_a, 7, "a1", somebody)));
                     EXPECT_FALSE(counted(want_instance(database, "none", Wanted::stopped, {}, somebody)));
                     EXPECT_FALSE(counted(set_instance_options(database, "a1", "other", "{}")));
                     expect_done(beat(database, {.id = "s1", .incarnation = 1}));
                   }),
            Revisions{});
}

TEST_P(RevisionsTest, a_change_that_is_rolled_back_with_others_raises_none) {
  MetaDb database = open();
  EXPECT_EQ(growth(database,
                   [&] {
                     EXPECT_FALSE(database.transaction([&]() -> Result<void> {
                       expect_done(create_account(database, {.name = "u"}));
                       return fail(ErrorKind::invalid, "no");
                     }));
                   }),
            Revisions{});
  EXPECT_TRUE(list_accounts(database)->empty());
}

TEST_P(RevisionsTest, changes_at_once_are_all_counted) {
  MetaDb database = open();
  const auto together = [&] {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        MetaDb mine = open();
        for (int round = 0; round < 5; ++round) {
          expect_done(set_parameter(mine, {.name = "p" + std::to_string(thread), .value = std::to_string(round)}));
        }
      });
    }
  };
  EXPECT_EQ(growth(database, together), (Revisions{.parameters = 20}));
}

TEST_P(RevisionsTest, a_step_of_the_schema_that_is_repeated_takes_nothing_back) {
  MetaDb database = open();
  expect_done(create_account(database, {.name = "u"}));
  const auto repeat = [&] {
    for (const std::string_view statement : migrations().front()) {
      counted(database.write(statement));
    }
  };
  EXPECT_EQ(growth(database, repeat), (Revisions{.accounts = 1, .parameters = 1, .instances = 1}));
}

TEST_P(RevisionsTest, a_lost_row_is_said) {
  MetaDb database = open();
  counted(database.write("DELETE FROM revisions WHERE name = 'accounts'"));
  const auto made = create_account(database, {.name = "u"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::corrupt) << made.error().message;
  EXPECT_TRUE(list_accounts(database)->empty());
}

}  // namespace
}  // namespace sluice::metadb
