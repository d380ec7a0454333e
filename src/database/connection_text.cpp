#include "database/connection_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::database {
namespace {

constexpr std::size_t database_name_max = 64;

// SOCI takes everything between single quotes, and a character behind a backslash as it is.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char character : text) {
    if (character == '\'' || character == '\\') result += '\\';
    result += character;
  }
  return result + "'";
}

bool is_database_name(const std::string& name) {
  const auto allowed = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_';
  };
  return !name.empty() && name.size() <= database_name_max && std::all_of(name.begin(), name.end(), allowed);
}

Result<void> check_address(const std::string& title, const MySqlAddress& address) {
  if (!is_database_name(address.database)) {
    return fail(ErrorKind::invalid,
                fmt::format("'{}' cannot be the name of the {}'s database: use letters, digits and '_', at most {}",
                            address.database, title, database_name_max));
  }
  if (address.host.empty() && address.unix_socket.empty()) {
    return fail(ErrorKind::invalid,
                fmt::format("the {} has no address: give its host and port, or an SQLite file", title));
  }
  return {};
}

Result<void> check_address(const std::string& title, const SqliteFile& file) {
  const std::string path = file.path.string();
  if (!path.empty() && path.find('=') == std::string::npos && path.find('\0') == std::string::npos) return {};
  return fail(ErrorKind::invalid, fmt::format("'{}' cannot be the {}'s file: give a path without '='", path, title));
}

}  // namespace

std::string display_name(const Options& options) {
  if (const auto* file = std::get_if<SqliteFile>(&options.address)) return options.title + " " + file->path.string();
  const auto& address = std::get<MySqlAddress>(options.address);
  if (!address.unix_socket.empty())
    return fmt::format("{} {}/{}", options.title, address.unix_socket, address.database);
  const std::string host = address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  return fmt::format("{} {}:{}/{}", options.title, host, address.port, address.database);
}

Result<void> check(const Options& options) {
  if (std::min({options.connect_limit, options.read_limit, options.write_limit}) < std::chrono::seconds(1)) {
    return fail(ErrorKind::invalid, fmt::format("the {}'s time limits are at least one second", options.title));
  }
  return std::visit([&](const auto& address) { return check_address(options.title, address); }, options.address);
}

std::string connection_string(const Options& options, const MySqlAddress& address, bool with_database) {
  std::string text = fmt::format("connect_timeout={} read_timeout={} write_timeout={} charset=utf8mb4 user={}",
                                 options.connect_limit.count(), options.read_limit.count(), options.write_limit.count(),
                                 quoted(address.user));
  if (!address.password.empty()) text += " password=" + quoted(address.password);
  if (!address.unix_socket.empty()) {
    text += " unix_socket=" + quoted(address.unix_socket);
  } else {
    // The client library would look for a socket file of its own at "localhost".
    const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
    text += fmt::format(" host={} port={}", quoted(host), address.port);
  }
  if (with_database) text += " db=" + quoted(address.database);
  return text;
}

}  // namespace sluice::database
