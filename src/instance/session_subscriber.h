#pragma once

#include "answers/sql_session.h"
#include "dump/subscriber.h"
#include "mysql/replication_commands.h"
#include "mysql/server_login.h"

namespace sluice::instance {

/// What a connection has told of the subscriber behind it when it asks for a dump: its log-in, its user variables
/// (@master_binlog_checksum, @master_heartbeat_period, @slave_uuid and their source_/replica_ names) and the command.
[[nodiscard]] dump::Subscriber make_subscriber(const mysql::BinlogDump& command, const mysql::Login& login,
                                               const answers::SqlSession& sql);
[[nodiscard]] dump::Subscriber make_subscriber(const mysql::BinlogDumpGtid& command, const mysql::Login& login,
                                               const answers::SqlSession& sql);

/// @slave_uuid, @replica_uuid; empty if it was not set.
[[nodiscard]] std::string subscriber_uuid(const answers::SqlSession& sql);

}  // namespace sluice::instance
