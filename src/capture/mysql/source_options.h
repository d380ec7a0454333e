#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "capture/mysql/flavour.h"
#include "mysql/tls_options.h"

namespace sluice::capture {

/// A tenant's database and how to read its binlog.
struct SourceOptions {
  std::string tenant;
  Flavour flavour = Flavour::mysql;
  std::vector<std::string> addresses;  ///< "host:port"; several are members of one replica set
  std::string user;
  std::string password;
  mysql::TlsOptions tls;
  std::uint32_t server_id = 0;  ///< ours as a replica; the source and its other replicas must have others
  std::string replica_uuid;     ///< ours as a replica
  std::chrono::milliseconds heartbeat{5'000};  ///< how often an idle source is to show that it lives
  bool keep_compressed_transactions = false;
};

}  // namespace sluice::capture
