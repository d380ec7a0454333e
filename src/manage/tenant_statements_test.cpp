#include <nlohmann/json.hpp>

#include "base/cipher.h"
#include "manage/management_for_test.h"
#include "manage/stored_options.h"

namespace sluice::manage {
namespace {

class TenantStatementsTest : public ManagementTest {
 protected:
  metadb::Tenant tenant() {
    auto found = metadb::read_tenant(*database_, {"c", "t"});
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(metadb::Tenant{});
  }
  SetValues parameters() { return parse_options(tenant().settings.options).value().parameters; }
};

TEST_F(TenantStatementsTest, CreateWritesTheTenantAndItsInstance) {
  EXPECT_EQ(create_tenant(), "ok");
  EXPECT_EQ(tenant().settings.source_kind, "mysql");
  EXPECT_EQ(tenant().settings.source_addresses, "127.0.0.1:1");
  EXPECT_EQ(tenant().settings.account, "u");
  EXPECT_EQ(tenant().settings.start_point, "now");
  ASSERT_EQ(instances().size(), 1U);
  EXPECT_EQ(instances().front().server, "s1");
  EXPECT_EQ(instances().front().ip, "127.0.0.1");
  EXPECT_EQ(totals_.tenants_created, 1U);
  EXPECT_EQ(changes_, 1);
}

TEST_F(TenantStatementsTest, ThePasswordIsStoredSealedForThisTenantAlone) {
  create_tenant();
  const std::string sealed = tenant().settings.sealed_password;
  EXPECT_EQ(sealed.find("source-secret"), std::string::npos);
  EXPECT_EQ(unseal(services_.key, metadb::password_purpose({"c", "t"}), sealed).value_or(""), "source-secret");
  EXPECT_FALSE(unseal(services_.key, metadb::password_purpose({"c", "u"}), sealed));
}

TEST_F(TenantStatementsTest, NoAnswerAndNoHistoryHasThePassword) {
  create_tenant();
  std::string said = create_tenant();
  said += create_tenant(", nosuch = 1");
  said += create_tenant(", max_connections = 0");
  for (const char* statement :
       {"SHOW BINLOG HISTORY", "SHOW BINLOG STATUS", "SHOW BINLOG INSTANCES", "SHOW PARAMETERS FOR TENANT c.t",
        "CREATE BINLOG FOR TENANT c.t TO USER `u` PASSWORD `source-secret` WITH CLUSTER URL 'x:/'",
        "CREATE BINLOG FOR TENANT c.t TO USER `u` PASSWORD `source-secret` oops", "SHOW WARNINGS"})
    said += run(statement);
  EXPECT_EQ(said.find("source-secret"), std::string::npos) << said;
}

TEST_F(TenantStatementsTest, SeveralAddressesAreKeptInTheirOrder) {
  EXPECT_EQ(run("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD p "
                "WITH CLUSTER URL 'mariadb://h2:3307,h1,[2001:db8::1]:5'"),
            "ok");
  EXPECT_EQ(tenant().settings.source_kind, "mariadb");
  EXPECT_EQ(tenant().settings.source_addresses, "h2:3307,h1:3306,[2001:db8::1]:5");
}

TEST_F(TenantStatementsTest, WhatIsMissingIsTold) {
  EXPECT_TRUE(run("CREATE BINLOG FOR TENANT c.t WITH CLUSTER URL 'mysql://h'")
                  .starts_with("ERROR 1236 (HY000): the account of the tenant's database is missing"));
  EXPECT_TRUE(run("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD p WITH CLUSTER URL 'http://h/config'")
                  .starts_with("ERROR 1236 (HY000): this version captures from MySQL and MariaDB only"));
  EXPECT_EQ(changes_, 0);
}

TEST_F(TenantStatementsTest, AStartThatCannotBeIsRefusedBeforeAnythingIsMade) {
  const auto from = [&](std::string_view start) {
    return run(
        fmt::format("CREATE BINLOG FOR TENANT c.t TO USER u PASSWORD p FROM {} WITH CLUSTER URL 'mysql://h'", start));
  };
  EXPECT_TRUE(from("GTID 'bad'").starts_with("ERROR 1236 (HY000): The option [FROM GTID] is no position of a MySQL"));
  EXPECT_TRUE(from("9999999999").starts_with("ERROR 1236 (HY000): The option [FROM] is a time that is still to come"));
  EXPECT_TRUE(instances().empty());
  EXPECT_EQ(from("1700000000"), "ok");
}

TEST_F(TenantStatementsTest, ANameNobodyCouldLogInForIsRefused) {
  for (const char* name : {"`c`.`t@1`", "`c@1`.t", "c.`t#1`"}) {
    EXPECT_TRUE(run(fmt::format("CREATE BINLOG FOR TENANT {} TO USER u PASSWORD p WITH CLUSTER URL 'mysql://h'", name))
                    .starts_with("ERROR 1236 (HY000): nobody could log in for tenant "));
  }
  EXPECT_EQ(run("CREATE BINLOG FOR TENANT `c#:`.`t:` TO USER u PASSWORD p WITH CLUSTER URL 'mysql://h'"), "ok");
}

TEST_F(TenantStatementsTest, OneThatIsThereIsRefusedOrAWarning) {
  create_tenant();
  EXPECT_EQ(create_tenant(),
            "ERROR 1236 (HY000): tenant c.t already has binlog instances; SHOW BINLOG INSTANCES FOR lists them");
  EXPECT_EQ(run("CREATE BINLOG IF NOT EXISTS FOR TENANT c.t TO USER u PASSWORD p WITH CLUSTER URL 'mysql://h'"),
            "ok, 1 warnings");
  EXPECT_EQ(run("SHOW WARNINGS"),
            "Level|Code|Message: Warning|1236|tenant c.t already has binlog instances; SHOW BINLOG "
            "INSTANCES FOR lists them");
  EXPECT_EQ(instances().size(), 1U);
}

TEST_F(TenantStatementsTest, ReplicasAreAsManyAsAskedForWithinTheLimit) {
  add_server("s2", "127.0.0.2", "z2");
  EXPECT_EQ(create_tenant(", REPLICATE NUM 6"),
            "ERROR 1236 (HY000): The option [REPLICATE NUM] cannot be greater than 5");
  EXPECT_EQ(create_tenant(", REPLICATE NUM 2"), "ok");
  ASSERT_EQ(instances().size(), 2U);
  EXPECT_NE(instances()[0].server, instances()[1].server);
  EXPECT_EQ(tenant().settings.replicas, 2);
}

TEST_F(TenantStatementsTest, TheUsualNumberOfReplicasIsCutToTheLimit) {
  run("ALTER BINLOG CLUSTER SET default_instance_replicate_num = 3, max_instance_replicate_num = 1");
  EXPECT_EQ(create_tenant(), "ok");
  EXPECT_EQ(instances().size(), 1U);
}

TEST_F(TenantStatementsTest, APlaceNobodyIsAtIsRefusedAndCounted) {
  EXPECT_TRUE(create_tenant(", ZONE = 'nowhere'").starts_with("ERROR 1236 (HY000): "));
  EXPECT_EQ(totals_.placements_failed, 1U);
  EXPECT_TRUE(instances().empty());
}

TEST_F(TenantStatementsTest, TheSizeOfFilesIsSettledForTheTenantsLife) {
  run("ALTER BINLOG CLUSTER SET max_binlog_size = 1M");
  create_tenant();
  run("ALTER BINLOG CLUSTER SET max_binlog_size = 2M");
  EXPECT_EQ(values("SHOW PARAMETERS LIKE 'max_binlog_size' FOR TENANT c.t", "value"), "1048576");
  EXPECT_TRUE(run("ALTER BINLOG c.t SET max_binlog_size = 3M").starts_with("ERROR 1236"));
}

TEST_F(TenantStatementsTest, DropTakesTheTenantAndMarksItsInstances) {
  create_tenant();
  EXPECT_EQ(run("DROP BINLOG FOR TENANT c.t DEFER 60"), "ok");
  EXPECT_FALSE(metadb::read_tenant(*database_, {"c", "t"}));
  ASSERT_EQ(instances().size(), 1U);
  EXPECT_EQ(instances().front().wanted, metadb::Wanted::dropped);
  EXPECT_GT(instances().front().drop_in, std::chrono::seconds(50));
  EXPECT_EQ(totals_.tenants_released, 1U);
  EXPECT_EQ(create_tenant(), "ok") << "the name is free at once";
}

TEST_F(TenantStatementsTest, WithoutADelayDropWaitsAsLongAsTheClusterSays) {
  create_tenant();
  run("SET GLOBAL default_defer_drop_sec = 1000 FOR CLUSTER");
  run("DROP BINLOG FOR TENANT c.t");
  EXPECT_GT(instances().front().drop_in, std::chrono::seconds(900));
  EXPECT_LE(instances().front().drop_in, std::chrono::seconds(1000));
}

TEST_F(TenantStatementsTest, DroppingOneThatIsNotThereIsRefusedOrAWarning) {
  EXPECT_EQ(run("DROP BINLOG FOR TENANT c.t"), "ERROR 1236 (HY000): Tenant does not exist: c.t");
  EXPECT_EQ(run("DROP BINLOG IF EXISTS FOR TENANT c.t"), "ok, 1 warnings");
  EXPECT_EQ(run("SHOW WARNINGS"), "Level|Code|Message: Warning|1236|Tenant does not exist: c.t");
  EXPECT_EQ(changes_, 0);
}

TEST_F(TenantStatementsTest, StatusHasARowOfJsonForEachInstance) {
  create_tenant();
  EXPECT_EQ(columns("SHOW BINLOG STATUS"), "cluster tenant status");
  const answers::SqlRows answer = rows("SHOW BINLOG STATUS FOR TENANT c.t");
  ASSERT_EQ(answer.rows.size(), 1U);
  const auto status = nlohmann::json::parse(answer.rows[0][2].value());
  EXPECT_EQ(status["binlog_instance"], instances().front().name);
  EXPECT_TRUE(status["resources_metrics"].is_object());
  EXPECT_TRUE(status["binlog_files"].is_array());
  EXPECT_TRUE(rows("SHOW BINLOG STATUS FOR TENANT c.other").rows.empty());
}

TEST_F(TenantStatementsTest, StatusDoesNotWaitForInstancesThatDoNotRun) {
  create_tenant();
  // An address at which nobody answers, ever.
  ASSERT_TRUE(database_->write("UPDATE instances SET ip = '192.0.2.1', port = 1"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(rows("SHOW BINLOG STATUS").rows.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(TenantStatementsTest, HistoryTellsWhoDidWhatNewestFirst) {
  create_tenant();
  run("DROP BINLOG FOR TENANT c.t NOW");
  EXPECT_EQ(columns("SHOW BINLOG HISTORY"), "time action cluster tenant instance server who reason");
  EXPECT_EQ(values("SHOW BINLOG HISTORY FOR TENANT c.t", "action"), "drop tenant create tenant");
  EXPECT_EQ(values("SHOW BINLOG HISTORY FOR TENANT c.t LIMIT 1", "who"), "root");
  EXPECT_EQ(values("SHOW BINLOG HISTORY FOR TENANT c.t LIMIT 1, 1", "action"), "create tenant");
  EXPECT_TRUE(rows("SHOW BINLOG HISTORY FOR TENANT c.other").rows.empty());
}

}  // namespace
}  // namespace sluice::manage
