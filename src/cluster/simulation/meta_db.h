#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/epoch.h"
#include "cluster/moment.h"
#include "cluster/promotion.h"
#include "cluster/server.h"
#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

struct World;

/// What a server says of one of its instances with a beat.
struct InstanceReport {
  std::size_t instance = 0;
  InstanceState state = InstanceState::starting;
  Epoch epoch = 0;
  LogPlace end;
  std::uint64_t first_file = 0;
  std::optional<Milliseconds> unanswered;
  bool follows = false;
  bool waits_for_disk = false;
  std::optional<Milliseconds> disk_trouble;
};

struct ServerRow {
  ServerState state = ServerState::offline;
  Moment state_since;
  std::optional<Moment> heartbeat;
  std::shared_ptr<const std::vector<InstanceReport>> reports;
};

struct InstanceRow {
  std::size_t tenant = 0;
  std::size_t host = 0;
  std::uint64_t start_file = 0;  ///< a recorded file, at which its log begins; 0: none
  bool dropped = false;
};

struct TenantRow {
  PrimaryRecord primary;
  unsigned wanted = 1;  ///< replicas
};

/// What a server reads in one go.
struct Rows {
  Moment now;  ///< by the MetaDB's clock
  std::vector<ServerRow> servers;
  std::vector<InstanceRow> instances;
  std::vector<TenantRow> tenants;
};

/// How a new primary came about.
struct Move {
  enum class Kind : std::uint8_t { promotion, takeover, tidying };
  Kind kind = Kind::promotion;
  std::size_t tenant = 0;
  std::size_t decider = 0;  ///< host
  PrimaryRecord judged;     ///< what the decider knew
  std::string instance;
  std::string reason;
  /// Whose silence it rests on, if it does: holds only while that has not beaten since.
  struct Silent {
    std::size_t host = 0;
    std::optional<Moment> heartbeat;
  };
  std::optional<Silent> silent{};
};

/// The MetaDB: rows, conditional updates and a clock of its own. Each function is one transaction.
class MetaDb {
 public:
  MetaDb(World& world, std::size_t hosts);

  void add_tenant(const TenantRow& row) { rows_.tenants.push_back(row); }
  void add_instance(const InstanceRow& row) { rows_.instances.push_back(row); }

  [[nodiscard]] Moment now() const;
  void set_clock(Milliseconds jump) { clock_ += jump; }

  [[nodiscard]] std::shared_ptr<const Rows> beat(std::size_t host, std::vector<InstanceReport> reports);
  void judge(std::size_t host, const ServerRow& seen, ServerState to);
  /// False: another was quicker, or the instance is dropped.
  [[nodiscard]] bool set_primary(const Move& move);
  /// A new instance on `host` is made primary.
  [[nodiscard]] bool take_over(Move move, std::size_t host, std::uint64_t start_file);
  void drop(std::size_t tenant, const PrimaryRecord& judged, std::size_t instance);

  /// False: the epoch is over.
  bool record_file(std::size_t tenant, Epoch epoch, std::uint64_t file, std::uint64_t begin);
  [[nodiscard]] std::vector<std::uint64_t> files(std::size_t tenant) const;
  /// The transaction with which a recorded file begins.
  [[nodiscard]] std::optional<std::uint64_t> begin_of(std::size_t tenant, std::uint64_t file) const;

  /// As they are, for who looks at the simulation from outside.
  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] const std::vector<Move>& moves() const { return moves_; }
  [[nodiscard]] const std::vector<Time>& move_times() const { return move_times_; }

 private:
  void store(const Move& move);
  [[nodiscard]] bool has_beaten(const Move& move) const;

  World& world_;
  Milliseconds clock_;
  Rows rows_;
  std::vector<std::map<std::uint64_t, std::uint64_t>> files_;  ///< of each tenant: file, transaction
  std::vector<Move> moves_;
  std::vector<Time> move_times_;
};

}  // namespace sluice::cluster::simulation
