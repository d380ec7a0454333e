#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

namespace sluice::database {

inline constexpr const char* usual_database = "binlog_database";

/// A server that speaks the MySQL protocol: OceanBase, MySQL, MariaDB.
struct MySqlAddress {
  std::string host{};  ///< a name or an IP address; "localhost" is taken for 127.0.0.1, over TCP
  std::uint16_t port = 3306;
  std::string unix_socket{};  ///< when it is not empty, host and port do not count
  std::string user{};
  std::string password{};
  std::string database = usual_database;  ///< made when missing; letters, digits and "_", at most 64
};

/// A file of one host, for a cluster of one server. Made when missing, with mode 0600.
struct SqliteFile {
  std::filesystem::path path;  ///< without "="
};

/// Where a database is, and how long we wait for it.
struct Options {
  std::string title = "MetaDB";  ///< what messages call it, with its address
  std::variant<MySqlAddress, SqliteFile> address{};
  /// Of TCP connection and greeting each; the resolution of a name is not limited.
  std::chrono::seconds connect_limit{5};
  /// For a statement's answer; with SQLite how long another's lock is waited for. At least 1 s, as the others.
  std::chrono::seconds read_limit{10};
  std::chrono::seconds write_limit{10};
};

}  // namespace sluice::database
