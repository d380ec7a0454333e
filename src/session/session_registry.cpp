#include "session/session_registry.h"

#include <algorithm>

namespace sluice::session {

SessionRecord::SessionRecord(std::uint32_t id, std::string host) {
  info_.id = id;
  info_.user = "unauthenticated user";
  info_.real_host = host;
  info_.host = std::move(host);
  info_.command = "Connect";
  info_.state = "login";
}

void SessionRecord::log_in(std::string user, std::string database, std::string real_host) {
  const std::lock_guard lock(mutex_);
  info_.user = std::move(user);
  info_.database = std::move(database);
  if (!real_host.empty()) info_.real_host = std::move(real_host);
  replica_.reset();
}

void SessionRecord::use_database(std::string_view name) {
  const std::lock_guard lock(mutex_);
  info_.database = name;
}

void SessionRecord::begin(std::string_view command, std::string_view state, std::optional<std::string_view> statement) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  info_.command = command;
  info_.state = state;
  if (statement) {
    info_.statement.emplace(statement->substr(0, answers::session_statement_size_max));
  } else {
    info_.statement.reset();
  }
  since_ = now;
}

void SessionRecord::register_replica(const mysql::RegisterReplica& replica, std::string uuid) {
  const std::lock_guard lock(mutex_);
  replica_ = answers::ReplicaInfo{.connection_id = info_.id,
                                  .server_id = replica.server_id,
                                  .host = replica.host,
                                  .port = replica.port,
                                  .source_id = replica.source_id,
                                  .uuid = std::move(uuid)};
}

answers::SessionInfo SessionRecord::info() const {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  answers::SessionInfo info = info_;
  info.time = std::max(std::chrono::seconds(0), std::chrono::duration_cast<std::chrono::seconds>(now - since_));
  return info;
}

std::optional<answers::ReplicaInfo> SessionRecord::replica() const {
  const std::lock_guard lock(mutex_);
  return replica_;
}

std::shared_ptr<SessionRecord> SessionRegistry::add(std::uint32_t id, std::string host) {
  auto record = std::make_shared<SessionRecord>(id, std::move(host));
  const std::lock_guard lock(mutex_);
  // Now and then, so that a connection costs the same however many there are.
  if (records_.size() >= 2 * swept_size_ + 16) {
    std::erase_if(records_, [](const std::weak_ptr<SessionRecord>& other) { return other.expired(); });
    swept_size_ = records_.size();
  }
  records_.push_back(record);
  return record;
}

std::vector<std::shared_ptr<SessionRecord>> SessionRegistry::living() const {
  std::vector<std::shared_ptr<SessionRecord>> living;
  const std::lock_guard lock(mutex_);
  for (const std::weak_ptr<SessionRecord>& weak : records_) {
    if (auto record = weak.lock()) living.push_back(std::move(record));
  }
  return living;
}

std::vector<answers::SessionInfo> SessionRegistry::sessions() const {
  std::vector<answers::SessionInfo> sessions;
  for (const auto& record : living()) {
    sessions.push_back(record->info());
  }
  return sessions;
}

std::vector<answers::ReplicaInfo> SessionRegistry::replicas() const {
  std::vector<answers::ReplicaInfo> replicas;
  for (const auto& record : living()) {
    if (auto replica = record->replica()) replicas.push_back(std::move(*replica));
  }
  return replicas;
}

std::shared_ptr<SessionRecord> SessionRegistry::find(std::uint32_t id) const {
  for (auto& record : living()) {
    if (record->id() == id) return record;
  }
  return nullptr;
}

}  // namespace sluice::session
