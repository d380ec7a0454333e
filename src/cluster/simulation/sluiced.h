#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/beat_watch.h"
#include "cluster/disk_watch.h"
#include "cluster/inventory.h"
#include "cluster/membership.h"
#include "cluster/restart_policy.h"
#include "cluster/simulation/meta_db.h"
#include "cluster/simulation/process.h"

namespace sluice::cluster::simulation {

class Instance;
struct World;

/// A host and its sluiced: beats, judges, keeps its instances and looks after primaries, as src/server does.
class Sluiced {
 public:
  Sluiced(World& world, std::size_t host);

  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const Process& process() const { return process_; }
  void start();
  /// kill -9. Its instances go on; what it had in memory is lost.
  void kill();
  /// An instance on this host ended.
  void notice_end(std::size_t instance);
  [[nodiscard]] bool has_failed(std::size_t instance) const;
  /// A person starts what has failed.
  void start_failed();
  void set_clock(Milliseconds jump) { wall_ += jump; }

 private:
  using News = std::shared_ptr<const Rows>;
  /// Of one instance on this host. What is `kept` is on disk or in the MetaDB.
  struct Hosted {
    bool known = false;    ///< was seen to run by this life of sluiced
    bool pending = false;  ///< is being started, or waits for its next try
    bool failed = false;   ///< kept
    std::vector<InstanceFailure> failures;
    Moment started;
    std::optional<Contact::Time> silent_since;
    DiskWatch disk;
    InstanceReport last;
  };

  [[nodiscard]] Contact::Time steady() const;
  [[nodiscard]] Moment wall() const;

  void look(std::uint64_t life);
  /// What the MetaDB answered to a question that was asked at `asked`: it is as old as that.
  void take(std::uint64_t life, Contact::Time asked, const News& news);
  [[nodiscard]] std::vector<InstanceReport> reports();
  void tell_disk(const Instance& instance, Hosted& one) const;
  void see_beats(const Rows& rows, Contact::Time asked);
  void judge_others(const Rows& rows);
  void keep_instances(std::uint64_t life, const Rows& rows);
  void keep_running(std::uint64_t life, std::size_t instance);
  void start_instance(std::uint64_t life, std::size_t instance, Time pause);
  void record_files(const Rows& rows);

  void look_after(std::uint64_t life, const News& news, std::size_t tenant);
  void carry_out(std::uint64_t life, const News& news, std::size_t tenant, std::vector<ReplicaStatus> replicas);
  void ask_primary(std::uint64_t life, const News& news, std::size_t tenant, std::vector<ReplicaStatus> replicas);
  void promote(const Move& move);
  void take_over(const News& news, std::size_t tenant, const std::string& reason, std::optional<Move::Silent> silent);
  [[nodiscard]] std::optional<Move::Silent> silent_server(const News& news, const PrimaryRecord& record,
                                                          const std::vector<ReplicaStatus>& replicas) const;
  void tidy(const News& news, std::size_t tenant, const std::vector<ReplicaStatus>& replicas);
  [[nodiscard]] std::vector<ReplicaStatus> statuses(const Rows& rows, std::size_t tenant) const;
  [[nodiscard]] Inventory inventory(const Rows& rows) const;
  [[nodiscard]] bool has_instance(const Rows& rows, std::size_t tenant) const;

  World& world_;
  std::size_t host_;
  Process process_;
  std::vector<std::string> names_;  ///< of all hosts, in the MetaDB
  Contact::Time steady_begin_;
  std::int64_t drift_;  ///< of the host's clocks, parts of a million
  Milliseconds wall_;
  Contact contact_;
  BeatWatch beats_;
  News news_;  ///< what it knew last; none: it has just started
  std::map<std::size_t, Hosted> hosted_;
  std::set<std::size_t> deciding_;                      ///< tenants whose primary is asked or changed at present
  std::map<std::size_t, std::uint64_t> recorded_last_;  ///< of instances: file
};

}  // namespace sluice::cluster::simulation
