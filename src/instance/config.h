#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/mysql/source_options.h"
#include "capture/mysql/start_point.h"
#include "convert/layout.h"
#include "follow/primary_address.h"
#include "listen/accounts.h"
#include "mysql/address_ranges.h"
#include "parameters/parameters.h"

namespace sluice::instance {

/// Everything an instance is told by its configuration file (TOML; docs/configuration.md lists the keys).
struct Config {
  std::filesystem::path data_directory;
  std::string tenant;  ///< "cluster.tenant"
  convert::Layout layout;
  std::string server_uuid;        ///< the tenant's, as clients see it
  capture::SourceOptions source;  ///< server_id 0 and an empty replica_uuid: chosen at first start
  capture::StartPoint start;
  std::optional<follow::PrimaryAddress> primary;  ///< the instance follows it; none: it captures from the source
  std::filesystem::path start_boundary;  ///< begin at a file boundary of another instance's log; empty: at `start`

  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 8100;        ///< 0: any free one
  std::string announced_version;           ///< what clients are told; empty: the tenant's own version
  std::filesystem::path certificate_file;  ///< both or none: an own certificate is made
  std::filesystem::path key_file;
  std::vector<listen::AccountSettings> accounts;
  mysql::AddressRanges trusted;   ///< log-ins from there need no password, and are no administrators
  parameters::Values parameters;  ///< those the file has; max_binlog_size, which is the layout's, always

  bool metrics_enabled = true;
  std::string metrics_address = "127.0.0.1";
  std::uint16_t metrics_port = 0;  ///< 0: any free one
  std::string metrics_instance;    ///< the label `instance`; empty: the replica uuid

  std::string log_file;  ///< of messages; empty: standard error
  bool log_debug = false;
};

/// Reads and checks the file. The error names file, key and what is wrong; unknown keys are errors too.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& path);

}  // namespace sluice::instance
