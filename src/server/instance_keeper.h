#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/cipher.h"
#include "cluster/restart_policy.h"
#include "manage/stored_options.h"
#include "metadb/accounts.h"
#include "metadb/instances.h"
#include "metadb/meta_db.h"
#include "metrics/server_totals.h"
#include "server/config.h"
#include "server/instance_step.h"
#include "supervise/instance_start.h"
#include "supervise/limit_groups.h"
#include "supervise/supervisor.h"

namespace sluice::server {

/// What is needed to start an instance, read at once.
struct StartPlan {
  supervise::InstanceSettings settings;
  supervise::ResourceLimits limits;
  std::chrono::seconds ready_limit{60};
  bool waits = false;  ///< for another instance of the tenant, whose log it is to write too
};

/// Keeps the instances of this server as the MetaDB wants them: starts, stops and removes their processes, starts
/// again those that ended, and tells the MetaDB what became of them. It needs the MetaDB for what changes only; what
/// runs goes on without.
///
/// Everything happens in the supervisor's loop; what blocks in its pool. One action at a time for each instance.
class InstanceKeeper {
 public:
  struct Services {
    const Config* config = nullptr;
    CipherKey key{};
    metadb::MetaDbPool* metadb = nullptr;
    const supervise::LimitGroups* limits = nullptr;
    metrics::ServerTotals* totals = nullptr;
    std::function<void()> changed = [] {};  ///< an instance runs now, or has failed: called in the loop
  };

  /// All must outlive it, and the loop must run until what it has begun there has ended.
  explicit InstanceKeeper(Services services) : services_(services) {}

  /// Once, before all else: the supervisor, which calls ended().
  void use(supervise::Supervisor& supervisor) { supervisor_ = &supervisor; }
  void ended(const std::string& name, const supervise::Ending& ending);

  /// Watches the processes that run in the directory already.
  [[nodiscard]] boost::asio::awaitable<void> adopt_all();

  /// How often a state was told to the MetaDB, or begun to be. To be asked before the MetaDB is read for take().
  [[nodiscard]] std::uint64_t notes() const { return notes_; }
  /// What the MetaDB has of this server's instances, read when notes() was `notes`. States told since are newer.
  void take(std::vector<metadb::Instance> instances, std::uint64_t notes);
  /// Accounts have changed: running instances are told with the next act().
  void accounts_changed() { ++accounts_version_; }

  /// Begins what is to be done now.
  void act();

  /// An instance whose process runs, for those who ask it.
  struct Running {
    std::string name;
    std::string ip;  ///< where we reach it
    std::uint16_t port = 0;
    std::int64_t pid = 0;
    std::filesystem::path directory;
    metadb::InstanceState state = metadb::InstanceState::starting;
    metadb::TenantName tenant;
    bool primary = false;
    manage::StoredOptions options{};
    metadb::Leader leader{};
  };
  [[nodiscard]] std::vector<Running> running() const;
  /// Tenants whose primary is kept here and has failed for good.
  [[nodiscard]] std::vector<metadb::TenantName> tenants_of_failed_primaries() const;
  /// Those that are kept, running or not.
  [[nodiscard]] std::size_t count() const { return kept_.size(); }

 private:
  using Clock = std::chrono::steady_clock;

  /// What a running instance reads again at SIGHUP.
  struct Told {
    std::uint64_t accounts = 0;  ///< their version
    metadb::Leader leader{};     ///< whom it follows, or that it follows nobody

    bool operator==(const Told&) const = default;
  };

  struct Kept {
    metadb::Instance row;
    manage::StoredOptions options;  ///< of the row
    bool busy = false;
    std::optional<std::string> ended;  ///< while busy, unasked: how
    std::uint64_t noted = 0;           ///< notes() when its state was last told
    Told told{};                       ///< what its file has
    Clock::time_point drop_at{};
    Clock::time_point start_at{};                    ///< not before
    std::optional<Clock::time_point> started;        ///< its process, by us or before us
    std::vector<cluster::InstanceFailure> failures;  ///< since a person last started it
  };

  // What is passed by reference to a coroutine has to live until it completes. Structs are passed so always: g++ 12
  // destroys twice those that a co_await copies.
  [[nodiscard]] bool runs(const std::string& name) const;
  [[nodiscard]] bool is_ready(const std::string& name) const;
  void act_on(Kept& kept);
  [[nodiscard]] boost::asio::awaitable<void> carry_out(std::string name, InstanceStep step);
  [[nodiscard]] supervise::InstanceStart make_start(const metadb::Instance& row, StartPlan plan) const;
  [[nodiscard]] boost::asio::awaitable<Result<StartPlan>> plan_start(const metadb::Instance& row) const;
  [[nodiscard]] boost::asio::awaitable<void> start(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> start_as_before(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> remember(std::string name, std::string what, std::string reason);
  [[nodiscard]] boost::asio::awaitable<void> stop(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> remove(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> note(std::string name, const metadb::InstanceChange& change);
  [[nodiscard]] static bool knows_leader(const metadb::Instance& row);
  [[nodiscard]] Told to_be_told(const metadb::Instance& row) const;
  [[nodiscard]] boost::asio::awaitable<void> tell(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> end_action(std::string name);
  [[nodiscard]] boost::asio::awaitable<void> failed(std::string name, std::string cause);
  [[nodiscard]] std::set<std::uint16_t> taken_ports() const;
  void spawn(boost::asio::awaitable<void> action);

  Services services_;
  supervise::Supervisor* supervisor_ = nullptr;
  std::map<std::string, Kept> kept_;
  std::map<std::string, Clock::time_point> adopted_;  ///< before the MetaDB has told of them
  std::uint64_t notes_ = 0;
  std::uint64_t accounts_version_ = 0;
};

}  // namespace sluice::server
