#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "answers/made_up_server.h"
#include "manage/management_session.h"
#include "metadb/accounts.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metadb/servers.h"
#include "metadb/tenants.h"

namespace sluice::manage {

/// For tests: the sessions of an administrator "root" and of "guest" at a Binlog server with a MetaDB of its own, an
/// SQLite file, in which server "s1" (127.0.0.1, zone z1) has registered. No instance can be reached.
class ManagementTest : public testing::Test {
 protected:
  ManagementTest() {
    std::string name = (std::filesystem::temp_directory_path() / "manage_test_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.address = metadb::SqliteFile{folder_ / "meta.db"};
    database_ = std::make_unique<metadb::MetaDb>(std::move(metadb::MetaDb::open(options_).value()));
    expect_done(metadb::migrate(*database_));
    metadb::ServerIdentity identity;
    identity.id = "s1";
    identity.address = "127.0.0.1";
    identity.port = 2983;
    identity.zone = "z1";
    const auto incarnation = metadb::register_server(*database_, identity);
    EXPECT_TRUE(incarnation) << incarnation.error().message;
    metadb::Beat beat;
    beat.id = "s1";
    beat.incarnation = incarnation.value_or(0);
    beat.metrics = idle_host;
    expect_done(metadb::beat(*database_, beat));
    add_account("root", "admin");
    add_account("guest", "user");
    services_.server_id = "s1";
    services_.key.fill(7);
    asker_ = std::make_unique<InstanceClient>(services_.key, *mysql::Interruption::make());
    services_.instances = asker_.get();
    services_.totals = &totals_;
    services_.changed = [this] { ++changes_; };
    pool_ = std::make_unique<metadb::MetaDbPool>(options_);
    root_ = session({.connection_id = 7, .user = "root", .host = "127.0.0.1", .admin = true});
    guest_ = session({.connection_id = 8, .user = "guest", .host = "127.0.0.1"});
  }
  ~ManagementTest() override { std::filesystem::remove_all(folder_); }

  /// 8 processors, 16 GiB, 1 TB, all but idle.
  static constexpr const char* idle_host = R"({"cpu_count":8,"memory_total":17179869184,"disk_total":1000000000000,)"
                                           R"("cpu_used":0.1,"memory_used":1000000,"disk_free":990000000000})";

  [[nodiscard]] std::unique_ptr<ManagementSession> session(const answers::SqlClient& client) {
    return std::make_unique<ManagementSession>(server_, *pool_, services_, client);
  }
  /// What the administrator, and what the other, is answered.
  std::string run(std::string_view sql) { return answers::shown(root_->execute(sql)); }
  std::string run_as_guest(std::string_view sql) { return answers::shown(guest_->execute(sql)); }

  /// The answer's rows; none where it is an error, which fails the test.
  answers::SqlRows rows(std::string_view sql) {
    auto result = root_->execute(sql);
    if (auto* rows = std::get_if<answers::SqlRows>(&result)) return std::move(*rows);
    ADD_FAILURE() << sql << ": " << answers::shown(result);
    return {};
  }
  /// The names of the columns: "a b c".
  std::string columns(std::string_view sql) {
    std::string text;
    for (const answers::SqlColumn& column : rows(sql).columns)
      text += (text.empty() ? "" : " ") + column.name;
    return text;
  }
  /// The values of one column: "1 NULL 3".
  std::string values(std::string_view sql, std::string_view column) {
    const answers::SqlRows answer = rows(sql);
    const auto found = std::ranges::find(answer.columns, column, &answers::SqlColumn::name);
    EXPECT_NE(found, answer.columns.end()) << column;
    std::string text;
    for (const auto& row : answer.rows)
      text +=
          (text.empty() ? "" : " ") + row.at(static_cast<std::size_t>(found - answer.columns.begin())).value_or("NULL");
    return text;
  }

  /// Tenant c.t with one instance.
  std::string create_tenant(std::string_view more = "") {
    return run(
        fmt::format("CREATE BINLOG FOR TENANT `c`.`t` TO USER `u` PASSWORD `source-secret` "
                    "WITH CLUSTER URL 'mysql://127.0.0.1:1'{}",
                    more));
  }
  /// The instances of c.t.
  [[nodiscard]] std::vector<metadb::Instance> instances() {
    auto list = metadb::list_instances(*database_, {.tenant = {"c", "t"}});
    EXPECT_TRUE(list) << list.error().message;
    return list.value_or(std::vector<metadb::Instance>{});
  }
  /// An instance of c.t by the name.
  std::string create_instance(std::string_view name) {
    return run(fmt::format("CREATE BINLOG INSTANCE {} FOR c.t", name));
  }

  void set_state(const std::string& name, metadb::InstanceState state, std::uint16_t port = 1) {
    constexpr std::array all = {metadb::InstanceState::init,    metadb::InstanceState::starting,
                                metadb::InstanceState::running, metadb::InstanceState::failed,
                                metadb::InstanceState::stopped, metadb::InstanceState::offline};
    metadb::InstanceChange change;
    change.to = state;
    change.port = port;
    EXPECT_TRUE(metadb::change_instance_state(*database_, name, all, change).value_or(false));
  }
  /// At a port where nobody listens.
  void make_running(const std::string& name) { set_state(name, metadb::InstanceState::running); }
  void make_primary(const std::string& name) {
    const auto tenant = metadb::read_tenant(*database_, {"c", "t"});
    ASSERT_TRUE(tenant) << tenant.error().message;
    EXPECT_TRUE(
        metadb::set_primary(*database_, {"c", "t"}, tenant->epoch, name, {"test", "a test", "to see"}).value_or(false));
  }
  /// A server like s1. SQLite lets one register; another may be there all the same.
  void add_server(const std::string& id, const std::string& address, const std::string& zone) {
    const auto done = database_->write(
        "INSERT INTO servers SELECT :id, :address, port, region, idc, :zone, server_group, state, state_since, "
        "pause_wanted, configuration, incarnation, heartbeat, metrics, report, created FROM servers WHERE id = 's1'",
        {{"id", id}, {"address", address}, {"zone", zone}});
    EXPECT_TRUE(done) << done.error().message;
  }
  void add_account(const std::string& name, const std::string& tag) {
    metadb::Account account;
    account.name = name;
    account.native_hash = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7";
    account.tag = tag;
    expect_done(metadb::create_account(*database_, account));
  }

  static void expect_done(const Result<void>& result) { EXPECT_TRUE(result) << result.error().message; }

  std::filesystem::path folder_;
  metadb::Options options_;
  std::unique_ptr<metadb::MetaDb> database_;
  std::unique_ptr<metadb::MetaDbPool> pool_;
  metrics::ServerTotals totals_;
  std::unique_ptr<InstanceClient> asker_;
  ManagementServices services_;
  answers::MadeUpServer server_;
  std::unique_ptr<ManagementSession> root_;
  std::unique_ptr<ManagementSession> guest_;
  int changes_ = 0;  ///< how often servers were told to look
};

}  // namespace sluice::manage
