#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answers/session_info.h"
#include "mysql/replication_commands.h"

namespace sluice::session {

/// What others may know of one connection. The connection keeps it up to date; any thread may look.
class SessionRecord {
 public:
  SessionRecord(std::uint32_t id, std::string host);
  SessionRecord(const SessionRecord&) = delete;
  SessionRecord& operator=(const SessionRecord&) = delete;

  /// `real_host`: the client's own address, if a proxy named it.
  void log_in(std::string user, std::string database, std::string real_host);
  void use_database(std::string_view name);
  /// A command begins. Of `statement` the first answers::session_statement_size_max bytes are kept.
  void begin(std::string_view command, std::string_view state, std::optional<std::string_view> statement = {});
  /// It has been answered.
  void sleep() { begin("Sleep", ""); }

  /// COM_REGISTER_SLAVE; `uuid` from its user variables.
  void register_replica(const mysql::RegisterReplica& replica, std::string uuid);

  /// Ends the connection once its command has been answered. Any thread.
  void end_after_answer() { ending_ = true; }
  [[nodiscard]] bool is_ending() const { return ending_; }

  [[nodiscard]] std::uint32_t id() const { return info_.id; }
  [[nodiscard]] answers::SessionInfo info() const;
  [[nodiscard]] std::optional<answers::ReplicaInfo> replica() const;

 private:
  mutable std::mutex mutex_;
  answers::SessionInfo info_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  std::optional<answers::ReplicaInfo> replica_;
  std::atomic<bool> ending_{false};
};

/// All connections of a server. Any thread.
class SessionRegistry {
 public:
  /// The record leaves with its last reference.
  [[nodiscard]] std::shared_ptr<SessionRecord> add(std::uint32_t id, std::string host);

  // In the order the connections came.
  [[nodiscard]] std::vector<answers::SessionInfo> sessions() const;
  [[nodiscard]] std::vector<answers::ReplicaInfo> replicas() const;
  [[nodiscard]] std::shared_ptr<SessionRecord> find(std::uint32_t id) const;

 private:
  [[nodiscard]] std::vector<std::shared_ptr<SessionRecord>> living() const;

  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<SessionRecord>> records_;
  std::size_t swept_size_ = 0;
};

}  // namespace sluice::session
