#pragma once

#include <string>

#include "database/database_for_test.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"

namespace sluice::metadb {

using database::counted;
using database::expect_done;

inline const TenantName tenant_a{"c", "a"};
inline const Decision somebody{"test", "a test", "to see"};

/// Each test starts with our schema and server "s1".
class ClusterTest : public database::DatabaseTest {
 protected:
  void SetUp() override {
    database::DatabaseTest::SetUp();
    if (IsSkipped()) return;
    MetaDb database = open();
    expect_done(migrate(database));
    counted(register_server(database, server("s1")));
  }

  [[nodiscard]] static ServerIdentity server(const std::string& id) {
    return {.id = id, .address = "10.0.0." + id.substr(1), .port = 2983, .region = "r", .zone = "z"};
  }
  [[nodiscard]] static TenantSettings settings() {
    return {.source_kind = "mysql",
            .source_addresses = "mysql://h:3306",
            .account = "u",
            .sealed_password = "v1$00",
            .server_uuid = "uuid",
            .server_id = 4'000'000'000,
            .start_point = "now",
            .options = R"({"a":"b\\c"})",
            .replicas = 2};
  }
  /// Tenant c.a with instances a1 and a2 on s1.
  static void make_tenant(MetaDb& database) {
    const std::vector<NewInstance> instances = {{.name = "a1", .server = "s1"}, {.name = "a2", .server = "s1"}};
    expect_done(create_tenant(database, tenant_a, settings(), instances, somebody));
  }
  static bool change(MetaDb& database, const std::string& name, InstanceState from, const InstanceChange& to) {
    return counted(change_instance_state(database, name, {&from, 1}, to));
  }
  static void make_running(MetaDb& database, const std::string& name) {
    EXPECT_TRUE(change(database, name, InstanceState::init, {.to = InstanceState::running, .pid = 7, .port = 8100}));
  }
};

}  // namespace sluice::metadb
