#include "manage/routes.h"

#include "manage/management_for_test.h"

namespace sluice::manage {
namespace {

class RoutesTest : public ManagementTest {
 protected:
  /// "ip:port", or the error.
  std::string route(const std::string& cluster, const std::string& tenant) {
    const auto found = find_primary(*database_, {.cluster = cluster, .tenant = tenant});
    if (found) return fmt::format("{}:{}", found->ip, found->port);
    code_ = found.error().code;
    return found.error().message;
  }
  int code_ = 0;  ///< of the last error
  std::string only() { return instances().front().name; }
};

TEST_F(RoutesTest, ATenantThatIsNotThereHasNoInstances) {
  EXPECT_EQ(route("c", "t"), "tenant has no binlog instances yet: c.t");
  EXPECT_EQ(code_, 1236);
  EXPECT_EQ(route("", "t"), "tenant has no binlog instances yet: t");
  EXPECT_EQ(route("c", ""), "tenant is not specified");
  EXPECT_EQ(route("c", "t "), "tenant has no binlog instances yet: c.t ");
}

TEST_F(RoutesTest, BeforeOneRunsThereIsNoMasterAndTheStatesAreTold) {
  create_tenant();
  EXPECT_EQ(route("c", "t"), fmt::format("tenant has no master service instance: c.t: {} is Init", only()));
  EXPECT_EQ(code_, 1053) << "a replica that asks now tries again";
}

TEST_F(RoutesTest, ThePrimaryIsFoundWithAndWithoutItsCluster) {
  create_tenant();
  make_running(only());
  make_primary(only());
  EXPECT_EQ(route("c", "t"), "127.0.0.1:1");
  EXPECT_EQ(route("", "t"), "127.0.0.1:1");
}

TEST_F(RoutesTest, APrimaryThatDoesNotRunIsUnavailable) {
  create_tenant();
  make_running(only());
  make_primary(only());
  set_state(only(), metadb::InstanceState::failed);
  EXPECT_EQ(route("c", "t"), fmt::format("master instance of tenant is unavailable: c.t: {} is Failed", only()));
  EXPECT_EQ(code_, 1236) << "a person is needed";
}

TEST_F(RoutesTest, APrimaryWhoseServerIsGoneIsAskedItself) {
  create_tenant();
  make_running(only());
  make_primary(only());
  ASSERT_TRUE(database_->write("UPDATE servers SET state = 'SUSPECT'"));
  EXPECT_TRUE(run("SHOW BINLOG SERVER FOR TENANT c.t").ends_with("|127.0.0.1|1|OK|NULL"));
  ASSERT_TRUE(database_->write("UPDATE servers SET state = 'OFFLINE'"));
  EXPECT_EQ(route("c", "t"), "127.0.0.1:1") << "it may live on";
  const std::string said = run("SHOW BINLOG SERVER FOR TENANT c.t");
  EXPECT_TRUE(said.starts_with("ERROR 1236 (HY000): master instance of tenant is unavailable: c.t: " + only() +
                               " cannot be reached: "))
      << said;
  EXPECT_TRUE(said.ends_with("; its server 127.0.0.1:2983 is OFFLINE")) << said;
}

TEST_F(RoutesTest, APrimaryThatIsBeingStoppedIsUnavailable) {
  create_tenant();
  make_running(only());
  make_primary(only());
  EXPECT_EQ(run("STOP BINLOG INSTANCE " + only()), "ok");
  EXPECT_EQ(route("c", "t"), fmt::format("master instance of tenant is unavailable: c.t: {} is being stopped", only()));
}

TEST_F(RoutesTest, OneThatIsToBeDroppedCountsNoMore) {
  create_tenant();
  make_running(only());
  make_primary(only());
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + only() + " FORCE DEFER 100"), "ok");
  EXPECT_EQ(route("c", "t"), "tenant has no binlog instances yet: c.t");
}

TEST_F(RoutesTest, ANameThatTwoClustersHaveNeedsTheCluster) {
  create_tenant();
  make_running(only());
  make_primary(only());
  EXPECT_EQ(run("CREATE BINLOG FOR TENANT d.t TO USER u PASSWORD p WITH CLUSTER URL 'mysql://127.0.0.1:1'"), "ok");
  EXPECT_EQ(route("", "t"), "several clusters have a tenant t: log in as user@t#cluster");
  EXPECT_EQ(route("c", "t"), "127.0.0.1:1");
}

TEST_F(RoutesTest, DotsInNamesMakeNoTenantAnother) {
  EXPECT_EQ(run("CREATE BINLOG FOR TENANT `c.t`.`x` TO USER u PASSWORD p WITH CLUSTER URL 'mysql://127.0.0.1:1'"),
            "ok");
  EXPECT_EQ(route("c", "t.x"), "tenant has no binlog instances yet: c.t.x");
}

TEST_F(RoutesTest, WhatAProxyReadsHasItsColumns) {
  create_tenant();
  make_running(only());
  make_primary(only());
  EXPECT_EQ(run("SHOW BINLOG SERVER FOR TENANT c.t"), "cluster|tenant|ip|port|status|cause: c|t|127.0.0.1|1|OK|NULL");
  EXPECT_EQ(run_as_guest("SHOW BINLOG SERVER FOR TENANT c.x"),
            "ERROR 1236 (HY000): tenant has no binlog instances yet: c.x");
}

}  // namespace
}  // namespace sluice::manage
