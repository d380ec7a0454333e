#include "manage/management_for_test.h"
#include "metadb/history.h"

namespace sluice::manage {
namespace {

/// Tenant c.t is there with instance `first_`, which does not run.
class ParameterStatementsTest : public ManagementTest {
 protected:
  ParameterStatementsTest() {
    create_tenant();
    first_ = instances().front().name;
    changes_ = 0;
  }
  /// "value source" of one parameter.
  std::string shown(const std::string& name, const std::string& level = "") {
    const std::string statement = "SHOW PARAMETERS LIKE '" + name + "'" + level;
    return values(statement, "value") + " " + values(statement, "source");
  }
  std::string first_;
};

TEST_F(ParameterStatementsTest, WhatATextCanBeIsTold) {
  EXPECT_EQ(values("SHOW PARAMETERS LIKE 'source_tls'", "info"),
            "How the tenant's database is connected to: one of off, preferred, required, verify-ca, verify-identity");
}

TEST_F(ParameterStatementsTest, WhatIsSetForTheClusterHoldsWhereNothingElseDoes) {
  EXPECT_EQ(run("ALTER BINLOG CLUSTER SET max_connections = 10"), "ok");
  EXPECT_EQ(run("ALTER BINLOG c.t SET max_connections = 20"), "ok");
  EXPECT_EQ(shown("max_connections"), "10 cluster");
  EXPECT_EQ(shown("max_connections", " FOR TENANT c.t"), "20 tenant");
  EXPECT_EQ(shown("max_connections", " FOR INSTANCE " + first_), "20 tenant");
  EXPECT_EQ(run("ALTER BINLOG INSTANCE " + first_ + " SET max_connections = 30"), "ok");
  EXPECT_EQ(shown("max_connections", " FOR INSTANCE " + first_), "30 instance");
  EXPECT_EQ(changes_, 3);
}

TEST_F(ParameterStatementsTest, DefaultTakesAValueAway) {
  run("SET GLOBAL max_connections = 20 FOR TENANT c.t");
  EXPECT_EQ(run("SET GLOBAL max_connections = DEFAULT FOR TENANT c.t"), "ok");
  EXPECT_EQ(shown("max_connections", " FOR TENANT c.t"), "1000 default");
  run("SET GLOBAL max_connections = 20 FOR CLUSTER");
  run("SET GLOBAL max_connections = DEFAULT FOR CLUSTER");
  EXPECT_EQ(shown("max_connections"), "1000 default");
}

TEST_F(ParameterStatementsTest, AnUnknownParameterHasMysqlsNumber) {
  for (const std::string& level : {std::string("CLUSTER"), std::string("c.t"), "INSTANCE " + first_})
    EXPECT_EQ(run("ALTER BINLOG " + level + " SET nosuch = 1"), "ERROR 1193 (HY000): Unknown system variable 'nosuch'");
}

TEST_F(ParameterStatementsTest, EachParameterHasANarrowestLevel) {
  EXPECT_EQ(run("ALTER BINLOG c.t SET history_retention_days = 1"),
            "ERROR 1236 (HY000): history_retention_days can be set for the whole cluster, not for one tenant");
  EXPECT_EQ(run("ALTER BINLOG INSTANCE " + first_ + " SET source_tls = off"),
            "ERROR 1236 (HY000): source_tls can be set for the tenant or cluster, not for one instance");
}

TEST_F(ParameterStatementsTest, OfSeveralNoneIsSetIfOneIsWrong) {
  EXPECT_EQ(run("ALTER BINLOG CLUSTER SET max_connections = 10, wait_timeout = 0"),
            "ERROR 1236 (HY000): the value '0' of wait_timeout is not allowed: it has to be 1 to 31536000 seconds");
  EXPECT_EQ(shown("max_connections"), "1000 default");
  EXPECT_EQ(changes_, 0);
}

TEST_F(ParameterStatementsTest, TargetsThatAreNotThereAreNamed) {
  EXPECT_EQ(run("ALTER BINLOG c.x SET max_connections = 1"), "ERROR 1236 (HY000): Tenant does not exist: c.x");
  EXPECT_EQ(run("ALTER BINLOG INSTANCE x SET max_connections = 1"),
            "ERROR 1236 (HY000): Binlog instance does not exist: x");
  EXPECT_EQ(run("SHOW PARAMETERS FOR INSTANCE x"), "ERROR 1236 (HY000): Binlog instance does not exist: x");
  EXPECT_EQ(run("SHOW PARAMETERS FOR TENANT c.x"), "ERROR 1236 (HY000): Tenant does not exist: c.x");
}

TEST_F(ParameterStatementsTest, ARunningInstanceThatCannotBeReachedIsAWarning) {
  make_running(first_);
  EXPECT_EQ(run("ALTER BINLOG c.t SET max_connections = 20"), "ok, 1 warnings");
  EXPECT_TRUE(
      values("SHOW WARNINGS", "Message").starts_with("instance " + first_ + " takes the change when it starts again"));
  EXPECT_EQ(shown("max_connections", " FOR TENANT c.t"), "20 tenant");
}

TEST_F(ParameterStatementsTest, ForTheClusterAllRunningInstancesAreTold) {
  add_server("s2", "127.0.0.2", "z2");
  create_instance("more");
  make_running(first_);
  make_running("more");
  EXPECT_EQ(run("ALTER BINLOG CLUSTER SET max_connections = 20"), "ok, 2 warnings");
  EXPECT_EQ(run("ALTER BINLOG INSTANCE more SET max_connections = 30"), "ok, 1 warnings");
}

TEST_F(ParameterStatementsTest, WhatNeedsARestartIsNotSaidToRunningInstances) {
  make_running(first_);
  EXPECT_EQ(run("ALTER BINLOG c.t SET source_tls = off"), "ok");
  EXPECT_EQ(run("ALTER BINLOG CLUSTER SET history_retention_days = 5"), "ok");
}

TEST_F(ParameterStatementsTest, ANarrowerLevelShowsWhatCanBeSetThere) {
  EXPECT_EQ(rows("SHOW PARAMETERS LIKE 'history_retention_days'").rows.size(), 1U);
  EXPECT_EQ(rows("SHOW PARAMETERS LIKE 'history_retention_days' FOR TENANT c.t").rows.size(), 0U);
  EXPECT_EQ(rows("SHOW PARAMETERS LIKE 'source_tls' FOR TENANT c.t").rows.size(), 1U);
  EXPECT_EQ(rows("SHOW PARAMETERS LIKE 'source_tls' FOR INSTANCE " + first_).rows.size(), 0U);
}

TEST_F(ParameterStatementsTest, RowsAreFilteredByPatternAndCondition) {
  EXPECT_EQ(values("SHOW PARAMETERS LIKE 'node_%_percent'", "name"),
            "node_cpu_limit_threshold_percent node_disk_limit_threshold_percent node_mem_limit_threshold_percent");
  EXPECT_EQ(values("SHOW PARAMETERS WHERE source <> 'default'", "name"), "");
  EXPECT_EQ(values("SHOW PARAMETERS WHERE data_type = 'boolean' AND level = 'cluster'", "name"),
            "enable_resource_check");
}

TEST_F(ParameterStatementsTest, TheColumnsHaveTheirOrder) {
  EXPECT_EQ(columns("SHOW PARAMETERS"),
            "name value default_value data_type minimum maximum unit needs_restart source level info");
}

TEST_F(ParameterStatementsTest, HistoryHasTheValues) {
  run("ALTER BINLOG CLUSTER SET max_connections = 1K, wait_timeout = DEFAULT");
  EXPECT_EQ(values("SHOW BINLOG HISTORY LIMIT 1", "reason"), "max_connections = 1024, wait_timeout = DEFAULT");
  run("ALTER BINLOG INSTANCE " + first_ + " SET max_connections = 3");
  EXPECT_EQ(values("SHOW BINLOG HISTORY LIMIT 1", "instance"), first_);
}

}  // namespace
}  // namespace sluice::manage
