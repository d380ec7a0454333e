#include "instance/tenant_database.h"

#include <vector>

#include <fmt/format.h>

namespace sluice::instance {
namespace {

constexpr std::chrono::seconds wait_time_max{20};
constexpr std::size_t answer_size_max = 16U << 20U;

}  // namespace

TenantDatabase::TenantDatabase(const capture::SourceOptions& source, std::shared_ptr<mysql::Interruption> interruption,
                               std::chrono::milliseconds answer_time_max)
    : source_(source), interruption_(std::move(interruption)), answer_time_max_(answer_time_max) {}

Result<answers::TenantRows> TenantDatabase::ask(const std::string& query) {
  const std::unique_lock lock(mutex_, wait_time_max);
  if (!lock) return fail(ErrorKind::timeout, "the tenant database is busy with other questions; try again");
  const bool was_open = client_ && client_->is_open();
  if (!was_open) {
    if (auto connected = connect(); !connected) return std::unexpected(std::move(connected.error()));
  }
  auto answer = client_->query(query, answer_size_max);
  if (!answer && was_open && !client_->is_open() && answer.error().kind != ErrorKind::timeout) {
    // The connection had died while nobody asked.
    if (auto connected = connect(); !connected) return std::unexpected(std::move(connected.error()));
    answer = client_->query(query, answer_size_max);
  }
  if (!answer) return std::unexpected(std::move(answer.error()));
  return answers::TenantRows{.columns = std::move(answer->columns), .rows = std::move(answer->rows)};
}

Result<void> TenantDatabase::connect() {
  Result<void> connected;
  for (const std::string& address : source_.addresses) {
    mysql::ClientOptions options;
    options.role = "tenant database";
    options.address = address;
    options.user = source_.user;
    options.password = source_.password;
    options.tls = source_.tls;
    options.answer_deadline = answer_time_max_;
    options.connect_deadline = answer_time_max_;
    options.receive_buffer_size = std::size_t{16} << 10U;
    client_.emplace(std::move(options), interruption_);
    connected = client_->connect();
    if (!connected) continue;
    return set_session();
  }
  return connected;
}

/// Nothing is written, statements are read as ours are written, and the server ends by itself what takes too long: we
/// would only hang up.
Result<void> TenantDatabase::set_session() {
  const bool mariadb = source_.flavour == capture::Flavour::mariadb;
  const auto milliseconds = answer_time_max_.count();
  std::vector<std::string> statements = {
      "SET SESSION TRANSACTION READ ONLY", "SET NAMES utf8mb4",
      "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
      mariadb ? fmt::format("SET SESSION max_statement_time = {}.{:03}", milliseconds / 1000, milliseconds % 1000)
              : fmt::format("SET SESSION max_execution_time = {}", milliseconds)};
  for (const std::string& statement : statements) {
    const auto done = client_->execute(statement);
    constexpr int unknown_variable = 1193;  // max_execution_time, before MySQL 5.7
    if (!done && done.error().code != unknown_variable) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace sluice::instance
