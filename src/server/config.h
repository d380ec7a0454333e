#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "listen/accounts.h"
#include "metadb/meta_db.h"
#include "mysql/address_ranges.h"
#include "supervise/ports.h"

namespace sluice::server {

/// Everything a Binlog server is told by its configuration file (TOML; docs/server-configuration.md lists the keys).
struct Config {
  std::filesystem::path directory;  ///< what this server keeps; absolute
  std::string cluster = "sluice";   ///< the Binlog cluster's name
  std::string address;              ///< where others reach this host
  std::string listen_address = "0.0.0.0";
  std::uint16_t port = 2983;  ///< 0: any free one
  std::string region;
  std::string idc;
  std::string zone;
  std::string group;
  std::filesystem::path key_file;
  std::filesystem::path instance_program;
  std::vector<std::string> trusted_texts;  ///< as instances are told
  mysql::AddressRanges trusted;            ///< log-ins from there need no password
  std::filesystem::path certificate_file;  ///< both or none: an own certificate is made
  std::filesystem::path certificate_key_file;

  metadb::Options metadb;
  supervise::PortRange ports;
  std::filesystem::path control_group;
  std::optional<listen::AccountSettings> administrator;  ///< made when the MetaDB has no account

  bool metrics_enabled = true;
  std::string metrics_address = "127.0.0.1";
  std::uint16_t metrics_port = 2984;  ///< 0: any free one

  std::string log_file;  ///< of messages; empty: standard error
  bool log_debug = false;
};

/// Reads and checks the file. The error names the file and all problems; unknown keys are errors too.
/// `program_directory`: where this program lies, and sluice-instance beside it.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& path,
                                         const std::filesystem::path& program_directory);

}  // namespace sluice::server
