#include "manage/management_for_test.h"

namespace sluice::manage {
namespace {

using metadb::InstanceState;
using metadb::Wanted;

/// Tenant c.t is there with an instance.
class InstanceStatementsTest : public ManagementTest {
 protected:
  InstanceStatementsTest() {
    create_tenant();
    first_ = instances().front().name;
    changes_ = 0;
  }
  metadb::Instance instance(const std::string& name) {
    auto found = metadb::read_instance(*database_, name);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(metadb::Instance{});
  }
  std::string first_;
};

TEST_F(InstanceStatementsTest, CreateAddsOneToTheTenant) {
  add_server("s2", "127.0.0.2", "z2");
  EXPECT_EQ(run("CREATE BINLOG INSTANCE more FOR c.t ZONE = 'z2', max_connections = 7"), "ok");
  EXPECT_EQ(instance("more").server, "s2");
  EXPECT_EQ(values("SHOW PARAMETERS LIKE 'max_connections' FOR INSTANCE more", "value"), "7");
  EXPECT_EQ(changes_, 1);
}

TEST_F(InstanceStatementsTest, CreateNeedsTheTenantAndANewName) {
  add_server("s2", "127.0.0.2", "z2");
  EXPECT_TRUE(run("CREATE BINLOG INSTANCE more FOR c.x")
                  .starts_with("ERROR 1236 (HY000): Tenant does not exist: c.x; CREATE BINLOG"));
  EXPECT_EQ(
      run("CREATE BINLOG INSTANCE " + first_ + " FOR c.t"),
      "ERROR 1236 (HY000): there is, or was, a binlog instance '" + first_ + "' already; names are not used twice");
}

TEST_F(InstanceStatementsTest, CreateStaysWithinTheLimitOfReplicas) {
  add_server("s2", "127.0.0.2", "z2");
  run("ALTER BINLOG CLUSTER SET max_instance_replicate_num = 1");
  EXPECT_EQ(create_instance("more"),
            "ERROR 1236 (HY000): tenant c.t has 1 instances already, and may have at most 1 "
            "(max_instance_replicate_num)");
}

TEST_F(InstanceStatementsTest, WhatIsTheTenantsIsSaidToBeIgnored) {
  add_server("s2", "127.0.0.2", "z2");
  EXPECT_EQ(run("CREATE BINLOG INSTANCE more FOR c.t CLUSTER_URL = 'mysql://other', CLUSTER_USER = 'v', "
                "CLUSTER_PASSWORD = 'other-secret', START_TIMESTAMP = 1795341600"),
            "ok, 1 warnings");
  EXPECT_EQ(values("SHOW WARNINGS", "Message"),
            "CLUSTER_URL, CLUSTER_USER, CLUSTER_PASSWORD, START_TIMESTAMP: this is the tenant's, as CREATE BINLOG said "
            "it, and has no effect here");
}

TEST_F(InstanceStatementsTest, StopIsForThoseThatRun) {
  make_running(first_);
  EXPECT_EQ(run("STOP BINLOG INSTANCE " + first_), "ok");
  EXPECT_EQ(instance(first_).wanted, Wanted::stopped);
  EXPECT_EQ(run("STOP BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): Not supported to stop binlog instance with status: Running (it is being stopped)");
  EXPECT_EQ(changes_, 1);
}

TEST_F(InstanceStatementsTest, StartIsForThoseThatDoNotRun) {
  make_running(first_);
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): Not supported to start binlog instance with status: Running");
  set_state(first_, InstanceState::failed);
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_), "ok");
  EXPECT_EQ(instance(first_).state, InstanceState::init);
  EXPECT_EQ(instance(first_).wanted, Wanted::running);
}

TEST_F(InstanceStatementsTest, TheProcessIsTheWholeAndCaptureAloneIsNotSupported) {
  make_running(first_);
  EXPECT_EQ(run("STOP BINLOG INSTANCE " + first_ + " OBCDC_ONLY"),
            "ERROR 1236 (HY000): Flag [OBCDC_ONLY] is not supported yet");
  EXPECT_EQ(run("STOP BINLOG INSTANCE " + first_ + " PROCESS_ONLY"), "ok");
}

TEST_F(InstanceStatementsTest, AServerThatIsGoneStartsNothing) {
  set_state(first_, InstanceState::stopped);
  ASSERT_TRUE(database_->write("UPDATE servers SET state = 'OFFLINE'"));
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): The node where instance is located is offline: 127.0.0.1:2983");
  ASSERT_TRUE(database_->write("DELETE FROM servers"));
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): The node where instance is located does not exist");
}

TEST_F(InstanceStatementsTest, OneThatIsNotThereIsToldByItsName) {
  for (const char* statement : {"START BINLOG INSTANCE x", "STOP BINLOG INSTANCE x", "DROP BINLOG INSTANCE x"})
    EXPECT_EQ(run(statement), "ERROR 1236 (HY000): binlog instance does not exist: x");
  for (const char* statement : {"SHOW PROCESSLIST FOR INSTANCE x", "KILL 1 FOR INSTANCE x"})
    EXPECT_EQ(run(statement), "ERROR 1236 (HY000): binlog instance does not exist or is not in running status: x");
}

TEST_F(InstanceStatementsTest, ARunningOneIsDroppedByForceAlone) {
  make_running(first_);
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): Unsupported to drop instance under running status without [force] flag");
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + first_ + " FORCE NOW"), "ok");
  EXPECT_EQ(instance(first_).wanted, Wanted::dropped);
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + first_ + " FORCE"),
            "ERROR 1236 (HY000): Not supported to drop binlog instance with status: LogicalDrop");
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): Not supported to start binlog instance with status: LogicalDrop");
}

TEST_F(InstanceStatementsTest, TheEndOfADroppedOneComesForwardAndNotBack) {
  run("DROP BINLOG INSTANCE " + first_ + " DEFER 1000");
  EXPECT_GT(instance(first_).drop_in, std::chrono::seconds(900));
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + first_ + " DEFER 2000"),
            "ERROR 1236 (HY000): binlog instance " + first_ + " goes before that already");
  EXPECT_EQ(run("DROP BINLOG INSTANCE " + first_ + " NOW"), "ok");
  EXPECT_LT(instance(first_).drop_in, std::chrono::seconds(1));
}

TEST_F(InstanceStatementsTest, OneThatIsBeingStoppedIsSaidToBe) {
  make_running(first_);
  run("STOP BINLOG INSTANCE " + first_);
  EXPECT_EQ(run("START BINLOG INSTANCE " + first_),
            "ERROR 1236 (HY000): Not supported to start binlog instance with status: Running (it is being stopped)");
}

TEST_F(InstanceStatementsTest, ATenantWithoutInstancesIsNotSaidToHaveSome) {
  run("DROP BINLOG INSTANCE " + first_ + " FORCE NOW");
  EXPECT_EQ(create_tenant(),
            "ERROR 1236 (HY000): tenant c.t is there, without instances: CREATE BINLOG INSTANCE adds one, DROP BINLOG "
            "forgets the tenant");
}

TEST_F(InstanceStatementsTest, AnInstanceNobodyReachesIsTold) {
  make_running(first_);
  EXPECT_TRUE(run("SHOW BINARY LOGS FOR INSTANCE " + first_)
                  .starts_with("ERROR 1236 (HY000): failed to connect instance: " + first_ + ": "));
}

TEST_F(InstanceStatementsTest, SwitchNeedsOneOfTheTenantsThatRuns) {
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO " + first_ + " FOR TENANT c.x"),
            "ERROR 1236 (HY000): Tenant does not exist: c.x");
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO x FOR TENANT c.t"),
            "ERROR 1236 (HY000): binlog instance does not exist or is not in running status");
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO " + first_ + " FOR TENANT c.t"),
            "ERROR 1236 (HY000): binlog instance does not exist or is not in running status");
  run("CREATE BINLOG FOR TENANT c.u TO USER u PASSWORD p WITH CLUSTER URL 'mysql://127.0.0.1:1'");
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO " + first_ + " FOR TENANT c.u"),
            "ERROR 1236 (HY000): binlog instance does not belong to tenant");
}

TEST_F(InstanceStatementsTest, SwitchMakesAnotherPrimary) {
  add_server("s2", "127.0.0.2", "z2");
  create_instance("more");
  make_running(first_);
  make_running("more");
  make_primary(first_);
  changes_ = 0;
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO more FOR TENANT c.t"), "ok");
  EXPECT_TRUE(instance("more").is_primary);
  EXPECT_EQ(totals_.primaries_switched, 1U);
  EXPECT_EQ(changes_, 1);
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO more FOR TENANT c.t"), "ok, 1 warnings");
  EXPECT_EQ(values("SHOW WARNINGS", "Message"), "more is the master instance already");
}

TEST_F(InstanceStatementsTest, AFullSwitchTellsWhenSubscribersStay) {
  add_server("s2", "127.0.0.2", "z2");
  create_instance("more");
  make_running(first_);
  make_running("more");
  make_primary(first_);
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO more FOR TENANT c.t FULL"), "ok, 1 warnings");
  EXPECT_TRUE(values("SHOW WARNINGS", "Message").starts_with("subscribers of the former primary " + first_));
}

TEST_F(InstanceStatementsTest, OneToBeStoppedDoesNotBecomePrimary) {
  make_running(first_);
  run("STOP BINLOG INSTANCE " + first_);
  EXPECT_EQ(run("SWITCH MASTER INSTANCE TO " + first_ + " FOR TENANT c.t"),
            "ERROR 1236 (HY000): binlog instance does not exist or is not in running status");
}

}  // namespace
}  // namespace sluice::manage
