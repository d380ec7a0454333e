#include "server/instance_settings.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "manage/instance_client.h"
#include "supervise/instance_file.h"

namespace sluice::server {
namespace {

class InstanceSettingsTest : public testing::Test {
 protected:
  InstanceSettingsTest() {
    key_.fill(1);
    tenant_.name = {"c", "t"};
    tenant_.settings.source_kind = "mysql";
    tenant_.settings.source_addresses = "h1:3306,[2001:db8::1]:5";
    tenant_.settings.account = "u";
    tenant_.settings.sealed_password = seal(key_, metadb::password_purpose(tenant_.name), "source-secret");
    tenant_.settings.start_point = "now";
    instance_.name = "i";
    instance_.port = 8101;
  }
  Result<supervise::InstanceSettings> settings(const manage::EffectiveValues& values = {{}, {}, {}}) {
    return instance_settings({.tenant = tenant_,
                              .instance = instance_,
                              .values = values,
                              .accounts = accounts_,
                              .trusted = trusted_,
                              .listen_address = "0.0.0.0",
                              .key = key_});
  }

  CipherKey key_{};
  metadb::Tenant tenant_;
  metadb::Instance instance_;
  std::vector<metadb::Account> accounts_;
  std::vector<std::string> trusted_ = {"10.0.0.7"};
};

TEST_F(InstanceSettingsTest, AnInstanceIsToldItsTenantAndSource) {
  const auto made = settings();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->tenant, "c.t");
  EXPECT_EQ(made->source_addresses, (std::vector<std::string>{"h1:3306", "[2001:db8::1]:5"}));
  EXPECT_EQ(made->source_user, "u");
  EXPECT_EQ(made->source_password, "source-secret");
  EXPECT_EQ(made->start, "now");
  EXPECT_EQ(made->listen_port, 8101);
  EXPECT_EQ(made->trusted, trusted_);
  EXPECT_EQ(made->metrics_instance, "i");
  EXPECT_FALSE(made->tenant_server_id);
}

TEST_F(InstanceSettingsTest, AFollowerIsToldItsPrimaryAndThatOneNobody) {
  EXPECT_FALSE(settings()->primary) << "the tenant has none";
  instance_.leader = {.epoch = 3, .name = "other", .server = "s", .ip = "2001:db8::1", .port = 0};
  EXPECT_FALSE(settings()->primary) << "it has never run";
  instance_.leader.port = 8100;
  const auto made = settings();
  ASSERT_TRUE(made && made->primary);
  EXPECT_EQ(made->primary->address, "[2001:db8::1]:8100");
  EXPECT_EQ(made->primary->user, "sluice_admin");
  EXPECT_EQ(made->primary->epoch, 3U);
  instance_.leader.name = "i";
  EXPECT_FALSE(settings()->primary) << "it is the primary itself";
}

TEST_F(InstanceSettingsTest, APasswordForAnotherKeyIsToldWithoutAnyOfIt) {
  const std::string sealed = tenant_.settings.sealed_password;
  key_.fill(2);
  const auto made = settings();
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.starts_with("the password of tenant c.t's account cannot be opened: "));
  EXPECT_NE(made.error().message.find("key file"), std::string::npos);
  EXPECT_EQ(made.error().message.find(sealed.substr(3, 16)), std::string::npos);
}

TEST_F(InstanceSettingsTest, APasswordThatWasSealedForAnotherTenantDoesNotOpen) {
  tenant_.name = {"c", "u"};
  EXPECT_FALSE(settings());
}

TEST_F(InstanceSettingsTest, OnlyWhatWasSetSomewhereIsTold) {
  EXPECT_TRUE(settings()->parameters.empty());
  EXPECT_FALSE(settings()->max_binlog_size);
  const auto made = settings({{{"max_connections", "7"}},
                              {{"binlog_gtid_display", "OFF"}, {"max_binlog_size", "4096"}},
                              {{"max_connections", "9"}}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(std::get<std::int64_t>(made->parameters.at("max_connections")), 9);
  EXPECT_FALSE(std::get<bool>(made->parameters.at("binlog_gtid_display")));
  EXPECT_EQ(made->parameters.size(), 2U);
  EXPECT_EQ(made->max_binlog_size, 4096U);
}

TEST_F(InstanceSettingsTest, HowTheSourceIsConnectedToIsAlwaysTold) {
  EXPECT_EQ(settings()->source_tls, "preferred");
  EXPECT_EQ(settings()->heartbeat_seconds, 5U);
  EXPECT_EQ(settings({{}, {{"source_tls", "off"}}, {}})->source_tls, "off");
}

TEST_F(InstanceSettingsTest, AccountsAreTheClustersAndTheTwoOfItsServers) {
  accounts_ = {{.name = "root", .native_hash = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7", .tag = "admin"},
               {.name = "guest", .native_hash = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7", .tag = "user"}};
  const auto made = instance_accounts(accounts_, key_);
  ASSERT_EQ(made.size(), 4U);
  EXPECT_TRUE(made[0].admin);
  EXPECT_FALSE(made[1].admin || made[1].relay);
  EXPECT_EQ(made[2].name, "sluice_admin");
  EXPECT_TRUE(made[2].admin && !made[2].relay);
  EXPECT_EQ(made[3].name, "sluice_relay");
  EXPECT_TRUE(made[3].relay && !made[3].admin);
}

TEST_F(InstanceSettingsTest, TheServersPasswordsAreOfTheKey) {
  CipherKey other{};
  EXPECT_EQ(manage::instance_relay(key_).password, manage::instance_relay(key_).password);
  EXPECT_NE(manage::instance_relay(key_).password, manage::instance_relay(other).password);
  EXPECT_NE(manage::instance_relay(key_).password, manage::instance_administrator(key_).password);
}

TEST_F(InstanceSettingsTest, WhatIsMadeCanBeWritten) {
  const auto text = supervise::instance_file_text(*settings());
  EXPECT_TRUE(text) << text.error().message;
}

TEST(InstanceLimits, NothingIsNoLimit) {
  const auto none = instance_limits({{}, {}, {}});
  EXPECT_FALSE(none.processors);
  EXPECT_FALSE(none.memory);
  const auto some = instance_limits({{{"instance_cpu_limit_percent", "150"}}, {}, {{"instance_memory_limit", "4096"}}});
  EXPECT_EQ(some.processors, 1.5);
  EXPECT_EQ(some.memory, 4096U);
}

}  // namespace
}  // namespace sluice::server
