#include "instance/tenant_database.h"

namespace sluice::instance {
namespace {

constexpr std::chrono::seconds answer_time_max{10};
constexpr std::chrono::seconds wait_time_max{20};
constexpr std::size_t answer_size_max = 16U << 20U;

}  // namespace

TenantDatabase::TenantDatabase(const capture::SourceOptions& source, std::shared_ptr<mysql::Interruption> interruption)
    : source_(source), interruption_(std::move(interruption)) {}

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
    options.answer_deadline = answer_time_max;
    options.receive_buffer_size = std::size_t{16} << 10U;
    client_.emplace(std::move(options), interruption_);
    connected = client_->connect();
    if (!connected) continue;
    const auto read_only = client_->execute("SET SESSION TRANSACTION READ ONLY");
    if (!read_only) return std::unexpected(read_only.error());
    return {};
  }
  return connected;
}

}  // namespace sluice::instance
