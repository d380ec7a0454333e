#pragma once

#include <string>

#include "ctl/failure.h"
#include "mysql/client.h"

namespace sluice::ctl {

/// One connection to a Binlog server, and what can go wrong with it in words for people. One thread.
class Session {
 public:
  /// Connects and logs in. The role in `options` is set here. A log-in that is refused is exit_refused: to try it again
  /// would only count as one failure more.
  [[nodiscard]] static Outcome<Session> open(mysql::ClientOptions options);

  /// Sends one statement and reads all of its answer, at most mysql::query_result_size_max bytes.
  [[nodiscard]] Outcome<mysql::QueryResult> ask(const std::string& statement);

 private:
  explicit Session(mysql::Client client) : client_(std::move(client)) {}

  [[nodiscard]] Failure failure_of(const Error& error) const;

  mysql::Client client_;
};

}  // namespace sluice::ctl
