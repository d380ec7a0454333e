#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "answers/server_state.h"
#include "capture/mysql/source_options.h"
#include "mysql/client.h"

namespace sluice::instance {

/// Asks the tenant's database what only it can answer, on a connection of its own, one question at a time. Any thread.
class TenantDatabase {
 public:
  /// An answer takes at most `answer_time_max`, and so does connecting.
  TenantDatabase(const capture::SourceOptions& source, std::shared_ptr<mysql::Interruption> interruption,
                 std::chrono::milliseconds answer_time_max = std::chrono::seconds(10));

  /// Runs a read-only query at the first address that answers. Waits for other questions; limited in size and time.
  [[nodiscard]] Result<answers::TenantRows> ask(const std::string& query);

 private:
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> set_session();

  const capture::SourceOptions& source_;
  std::shared_ptr<mysql::Interruption> interruption_;
  std::chrono::milliseconds answer_time_max_;
  std::timed_mutex mutex_;
  std::optional<mysql::Client> client_;
};

}  // namespace sluice::instance
