#include "manage/cluster_view.h"
#include "manage/management_for_test.h"

namespace sluice::manage {
namespace {

/// Servers s1 in z1 and s2 in z2, tenant c.t with "one" on s1, "two" on s2, and another that is to be dropped.
class ShowStatementsTest : public ManagementTest {
 protected:
  ShowStatementsTest() {
    add_server("s2", "127.0.0.2", "z2");
    create_tenant(", ZONE = 'z1'");
    dropped_ = instances().front().name;
    run("DROP BINLOG INSTANCE " + dropped_ + " DEFER 1000");
    run("CREATE BINLOG INSTANCE one FOR c.t ZONE = 'z1'");
    run("CREATE BINLOG INSTANCE two FOR c.t ZONE = 'z2'");
  }
  std::string dropped_;
};

TEST_F(ShowStatementsTest, NodesHaveTheirColumnsAndFilters) {
  EXPECT_EQ(columns("SHOW NODES"), "id ip port zone region group state metric node_config incarnation heartbeat idc");
  EXPECT_EQ(values("SHOW NODES", "id"), "s1 s2");
  EXPECT_EQ(values("SHOW NODES FROM ZONE 'z2'", "ip"), "127.0.0.2");
  EXPECT_EQ(values("SHOW NODES FROM IP '127.0.0.1'", "id"), "s1");
  EXPECT_EQ(values("SHOW NODES FROM GROUP 'x'", "id"), "");
  EXPECT_EQ(values("SHOW NODES FROM REGION ''", "state"), "ONLINE ONLINE");
}

TEST_F(ShowStatementsTest, APausedServerIsToldSo) {
  ASSERT_TRUE(database_->write("UPDATE servers SET pause_wanted = 1 WHERE id = 's2'"));
  ASSERT_TRUE(database_->write("UPDATE servers SET state = 'SUSPECT' WHERE id = 's1'"));
  EXPECT_EQ(values("SHOW NODES", "state"), "SUSPECT PAUSED");
}

TEST_F(ShowStatementsTest, InstancesHaveTheirColumns) {
  EXPECT_EQ(columns("SHOW BINLOG INSTANCES"),
            "name ob_cluster ob_tenant ip port zone region group running state obcdc_running obcdc_state service_mode "
            "convert_running convert_delay convert_rps convert_eps convert_iops dumpers version odp_addr role pid "
            "restarts server reason");
}

TEST_F(ShowStatementsTest, InstancesAreFilteredAndCut) {
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "name"), "one");
  EXPECT_EQ(values("SHOW BINLOG INSTANCES one, two", "name"), "one two");
  EXPECT_EQ(values("SHOW BINLOG INSTANCES FROM ZONE 'z2'", "name"), "two");
  EXPECT_EQ(values("SHOW BINLOG INSTANCES one, two LIMIT 1", "name"), "one");
  EXPECT_EQ(values("SHOW BINLOG INSTANCES one, two LIMIT 1, 5", "name"), "two");
  EXPECT_EQ(values("SHOW BINLOG INSTANCES FOR c.x", "name"), "");
  EXPECT_EQ(rows("SHOW BINLOG INSTANCES FOR c.t").rows.size(), 3U);
}

TEST_F(ShowStatementsTest, AnInstanceOfAServerThatIsGoneSaysWhy) {
  make_running("two");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "reason"), "NULL");
  ASSERT_TRUE(database_->write("UPDATE servers SET state = 'OFFLINE'"));
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "reason"), "its server 127.0.0.1:2983 is OFFLINE");
  const std::string reason = values("SHOW BINLOG INSTANCE two", "reason");
  EXPECT_TRUE(reason.find("refused") != std::string::npos && reason.ends_with("; its server 127.0.0.2:2983 is OFFLINE"))
      << reason;
}

TEST_F(ShowStatementsTest, OneThatWasDroppedIsHistory) {
  make_running("one");
  run("DROP BINLOG INSTANCE two NOW");
  metadb::InstanceChange gone;
  gone.to = metadb::InstanceState::drop;
  const auto from = metadb::InstanceState::logical_drop;
  ASSERT_TRUE(metadb::change_instance_state(*database_, "two", {&from, 1}, gone).value_or(false));
  EXPECT_EQ(values("SHOW BINLOG INSTANCES two", "name"), "");
  EXPECT_EQ(values("SHOW HISTORY BINLOG INSTANCES two", "state"), "Drop");
}

TEST_F(ShowStatementsTest, WhatCannotBeAskedIsNull) {
  make_running("one");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "running"), "Yes");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "convert_delay"), "NULL");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "dumpers"), "NULL");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "role"), "follower");
  make_primary("one");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE one", "role"), "primary");
}

TEST_F(ShowStatementsTest, WhyOneFailedIsTold) {
  const auto from = metadb::InstanceState::init;
  metadb::InstanceChange failed;
  failed.to = metadb::InstanceState::failed;
  failed.failure = "the disk is full";
  ASSERT_TRUE(metadb::change_instance_state(*database_, "two", {&from, 1}, failed).value_or(false));
  EXPECT_EQ(values("SHOW BINLOG INSTANCE two", "reason"), "the disk is full");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE two", "running"), "No");
}

TEST_F(ShowStatementsTest, OneToBeDroppedServesNobody) {
  run("DROP BINLOG INSTANCE two DEFER 100");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE two", "service_mode"), "disabled");
  EXPECT_EQ(values("SHOW BINLOG INSTANCE two", "state"), "LogicalDrop");
}

TEST_F(ShowStatementsTest, ADryRunOfRebalanceSaysWhatItWouldDo) {
  EXPECT_EQ(columns("REBALANCE BINLOG DRY RUN"), "kind tenant instance from to bytes result reason");
  EXPECT_EQ(values("REBALANCE BINLOG DRY RUN", "kind"), "none");
  EXPECT_EQ(values("REBALANCE BINLOG DRY RUN", "result"), "planned");
}

TEST_F(ShowStatementsTest, WhatATenantKeepsCountsWhereItsInstancesAre) {
  run("ALTER BINLOG c.t SET binlog_expire_logs_size = 1T");
  run("ALTER BINLOG CLUSTER SET promised_disk_percent = 50");
  const auto view = read_cluster(*database_);
  ASSERT_TRUE(view) << view.error().message;
  const cluster::Inventory inventory = to_inventory(*view);
  ASSERT_EQ(inventory.instances().size(), 2U);
  EXPECT_EQ(inventory.instances()[0].needs.disk, 1ULL << 39U);
  EXPECT_EQ(inventory.instances()[1].needs.disk, 1ULL << 39U);
}

TEST_F(ShowStatementsTest, AServerThatHasNotToldItsMetricsHasNone) {
  ASSERT_TRUE(database_->write("UPDATE servers SET metrics = :m WHERE id = 's2'", {{"m", R"({"cpu_count":"8"})"}}));
  const auto view = read_cluster(*database_);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_TRUE(to_server(view->servers[0]).metrics);
  EXPECT_FALSE(to_server(view->servers[1]).metrics);
}

}  // namespace
}  // namespace sluice::manage
