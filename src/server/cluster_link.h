#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/cipher.h"
#include "cluster/beat_watch.h"
#include "cluster/membership.h"
#include "metadb/accounts.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metadb/revisions.h"
#include "metadb/servers.h"
#include "metrics/server_totals.h"

namespace sluice::server {

/// What one look at the MetaDB brought. What has not changed since the look before is not there.
struct ClusterNews {
  std::optional<std::vector<metadb::Instance>> instances;  ///< of this server
  std::optional<std::vector<metadb::Account>> accounts;
  bool instances_changed = false;                         ///< somewhere in the cluster
  bool servers_changed = false;                           ///< another server came, went or is judged otherwise
  std::map<std::string, cluster::Milliseconds> silences;  ///< of all servers, by id: how long nothing came from them
  cluster::BeatWatch watch;                               ///< by which they are
};

/// This server's place in the cluster: registers, beats, judges the others, and reads what has changed. One thread;
/// blocks.
class ClusterLink {
 public:
  struct Settings {
    metadb::Options metadb;
    metadb::ServerIdentity identity;
    std::optional<metadb::Account> administrator;  ///< made when there is no account
    cluster::MembershipRules rules{};
    metrics::ServerTotals* totals = nullptr;
    CipherKey key{};            ///< of this server: has to be the cluster's
    std::string key_file_name;  ///< for messages
  };
  explicit ClusterLink(Settings settings) : settings_(std::move(settings)) {}

  /// Connects, brings the schema up to date and registers, if that is not done; then beats and looks. After an error
  /// the next call begins where this one failed.
  [[nodiscard]] Result<ClusterNews> look(const std::string& metrics, std::span<const metadb::InstanceReport> reports);

  /// Everything is read at the next look.
  void forget() { seen_.reset(); }

  /// The port this server listens at, if the configuration left it open. Before the first look.
  void set_port(std::uint16_t port) { settings_.identity.port = port; }

 private:
  [[nodiscard]] Result<void> join();
  [[nodiscard]] bool is_superseded();
  [[nodiscard]] Result<void> check_key();
  [[nodiscard]] Result<void> make_administrator();
  void watch(const std::vector<metadb::Server>& servers, std::chrono::steady_clock::time_point asked);
  [[nodiscard]] Result<void> judge_others();
  [[nodiscard]] Result<ClusterNews> read_news();
  [[nodiscard]] Result<void> trim_history();

  Settings settings_;
  std::optional<metadb::MetaDb> metadb_;
  std::int64_t incarnation_ = 0;  ///< 0: not registered
  cluster::Contact contact_;
  metadb::Revisions revisions_{};  ///< as of the last look
  std::optional<metadb::Revisions> seen_;
  std::map<std::string, metadb::ServerState> servers_;  ///< as of the last look
  bool servers_changed_ = false;
  cluster::BeatWatch watch_;
  std::chrono::steady_clock::time_point history_trimmed_{};
};

}  // namespace sluice::server
