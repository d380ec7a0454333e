#include "server/tenant_commands.h"

#include <gtest/gtest.h>

namespace sluice::server {
namespace {

CommandPlace query(const std::string& text) {
  const std::string payload = "\x03" + text;
  return place_of(as_bytes(payload));
}

TEST(TenantCommands, ProxiesAreToldHereWhereTheInstanceIs) {
  EXPECT_EQ(query("show binlog server for tenant `c`.`t`"), CommandPlace::here);
}

TEST(TenantCommands, SettingsAreMadeAgainAtTheInstance) {
  EXPECT_EQ(query("SET NAMES utf8mb4"), CommandPlace::here_and_instance);
  EXPECT_EQ(query("set autocommit=0"), CommandPlace::here_and_instance);
  EXPECT_EQ(query("SET @slave_uuid = 'x', @@session.net_write_timeout = 7"), CommandPlace::here_and_instance);
  EXPECT_EQ(place_of(as_bytes("\x02"
                              "db")),
            CommandPlace::here_and_instance);
}

TEST(TenantCommands, WhatAsksForTheTenantIsPassedOn) {
  for (const char* text : {"SELECT @@server_id", "SHOW MASTER STATUS", "SHOW PARAMETERS", "SET GLOBAL wait_timeout = 7",
                           "SELECT * FROM information_schema.tables", "no SQL"}) {
    EXPECT_EQ(query(text), CommandPlace::instance) << text;
  }
}

TEST(TenantCommands, DumpsArePassedOn) {
  EXPECT_EQ(place_of(as_bytes("\x12")), CommandPlace::instance);
  EXPECT_EQ(place_of(as_bytes("\x15")), CommandPlace::instance);
}

TEST(TenantCommands, AResetForgets) {
  EXPECT_EQ(place_of(as_bytes("\x1f")), CommandPlace::forgets);
}

}  // namespace
}  // namespace sluice::server
