#include "ctl/session.h"

#include <memory>

#include <fmt/format.h>

#include "ctl/characters.h"

namespace sluice::ctl {
namespace {

mysql::ClientOptions as_ours(mysql::ClientOptions options) {
  options.role = "Binlog server";
  options.attributes["program_name"] = "sluicectl";
  return options;
}

Failure log_in_failure(const Error& error) {
  const std::string message = visible(error.message);
  if (error.kind == ErrorKind::refused) {
    return {exit_refused, message + ". --user and the password say who logs in", {}};
  }
  if (error.kind == ErrorKind::invalid || error.kind == ErrorKind::unsupported) {
    return {
        exit_not_reachable, message + ". Is it a Binlog server that listens there? --host and --port say where", {}};
  }
  return {exit_not_reachable, message + ". See that sluiced runs there, or ask another server: --host, --port", {}};
}

}  // namespace

Outcome<Session> Session::open(mysql::ClientOptions options) {
  auto interruption = mysql::Interruption::make();
  if (!interruption) return std::unexpected(Failure{exit_not_reachable, interruption.error().message, {}});
  mysql::Client client(as_ours(std::move(options)), std::move(*interruption));
  const auto connected = client.connect();
  if (!connected) return std::unexpected(log_in_failure(connected.error()));
  return Session(std::move(client));
}

Outcome<mysql::QueryResult> Session::ask(const std::string& statement) {
  auto result = client_.query(statement);
  if (!result) return std::unexpected(failure_of(result.error()));
  return std::move(*result);
}

Failure Session::failure_of(const Error& error) const {
  if (const auto& refusal = client_.refusal()) {
    return {exit_refused,
            fmt::format("{}: error {} ({}): {}", client_.name(), refusal->code, visible(refusal->sqlstate),
                        visible(refusal->message)),
            visible(refusal->message)};
  }
  const std::string message = visible(error.message);
  if (error.kind == ErrorKind::limit) {
    return {
        exit_refused, message + ": the answer is too long. Ask for less of it (--limit, a tenant, an instance)", {}};
  }
  if (error.kind == ErrorKind::timeout) {
    return {exit_not_reachable,
            message + ". The statement may have been carried out all the same; --timeout waits longer",
            {}};
  }
  return {
      exit_not_reachable, message + ". The statement may have been carried out or not: look before you repeat it", {}};
}

}  // namespace sluice::ctl
