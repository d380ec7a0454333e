#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace sluice::supervise {

/// Who may log in to an instance.
struct InstanceAccount {
  std::string name;
  std::string native;         ///< as `sluice-instance hash-password` makes it; at least one of the two
  std::string password_hash;  ///< the same
  bool require_tls = false;
  bool admin = false;
  bool relay = false;  ///< logs in for others; for the servers of the cluster
};

/// The instance whose log another one of the tenant copies, and the account to log in there.
struct FollowedPrimary {
  std::string address;  ///< "10.0.0.2:8100"
  std::string user;
  std::string password;     ///< secret
  std::uint64_t epoch = 0;  ///< of the tenant, under which that one is primary
};

/// What the configuration file of `sluice-instance` says; docs/configuration.md has the meaning of all of it. What is
/// empty or nothing is not written, so that the instance's own default holds.
struct InstanceSettings {
  std::filesystem::path data_directory;
  std::string tenant;  ///< "cluster.tenant"
  std::optional<std::uint32_t> tenant_server_id;
  std::string tenant_server_uuid;

  std::string source_kind;  ///< "mysql" or "mariadb"
  std::vector<std::string> source_addresses;
  std::string source_user;
  std::string source_password;  ///< secret: the file is for nobody else's eyes
  std::string start;
  std::filesystem::path start_boundary;
  std::string source_tls;
  std::filesystem::path source_tls_ca;
  std::filesystem::path source_tls_certificate;
  std::filesystem::path source_tls_key;
  std::optional<std::uint32_t> heartbeat_seconds;
  std::optional<std::uint64_t> max_binlog_size;

  std::optional<FollowedPrimary> primary;  ///< whom it follows; nothing: it captures from the source

  std::string listen_address;
  std::uint16_t listen_port = 0;
  std::string announced_version;
  std::vector<std::string> trusted;  ///< addresses and ranges
  std::vector<InstanceAccount> accounts;
  std::map<std::string, std::variant<bool, std::int64_t>> parameters;
  std::string metrics_instance;
  std::filesystem::path messages_file;
};

/// A text as TOML's basic string, quotes included. ErrorKind::invalid if it is not UTF-8, which no TOML can hold.
[[nodiscard]] Result<std::string> toml_text(std::string_view text);

/// The file's text. The error names the key, and never the value.
[[nodiscard]] Result<std::string> instance_file_text(const InstanceSettings& settings);

/// Writes it in one step, readable for our own user only.
[[nodiscard]] Result<void> write_instance_file(const std::filesystem::path& path, const InstanceSettings& settings);

}  // namespace sluice::supervise
