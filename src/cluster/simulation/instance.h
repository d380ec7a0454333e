#pragma once

#include <map>
#include <optional>
#include <string>

#include "cluster/epoch.h"
#include "cluster/simulation/process.h"
#include "cluster/simulation/tenant_log.h"

namespace sluice::cluster::simulation {

struct World;

/// A sluice-instance: captures from its tenant's database, or copies from its primary, as its file says.
class Instance {
 public:
  Instance(World& world, std::size_t number, std::size_t tenant, std::size_t host);

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] const std::string& name() const { return own_.instance; }
  [[nodiscard]] std::size_t tenant() const { return tenant_; }
  [[nodiscard]] std::size_t host() const { return host_; }
  [[nodiscard]] const OwnRole& role() const { return own_; }
  [[nodiscard]] const TenantLog& log() const { return log_; }
  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const Process& process() const { return process_; }

  /// What its server writes into its file; a process that runs takes it up at once.
  void set_role(const PrimaryRecord& record);
  /// The file at which an empty log begins when it is primary, and the transaction with which that file begins.
  void set_start(std::uint64_t file, std::uint64_t begin);
  void start();
  /// kill -9. Its log stays.
  void kill() { process_.kill(); }
  /// Its host lost power: so does the log's newest, which was not synced.
  void lose_tail(std::uint64_t transactions);
  void set_log(const TenantLog& log) { log_ = log; }
  void fill_disk(bool full);
  /// Since when its disk is full; nothing: it has room.
  [[nodiscard]] std::optional<Time> full_since() const { return full_since_; }
  /// When its disk was last full: now, if it is. Long ago if it never was.
  [[nodiscard]] Time last_full() const;
  /// Whether there is something that it cannot store.
  [[nodiscard]] bool waits_for_disk() const { return process_.is_well() && waits_for_disk_; }
  /// Whether its last question found the primary, and it could take what there was.
  [[nodiscard]] bool follows() const { return !own_.primary && follows_; }
  void set_slow(bool slow) { slow_ = slow; }
  /// Its directory is removed.
  void remove();

 private:
  struct Offer {
    bool refused = false;
    Epoch epoch = 0;
    TenantLog log;
  };
  void take_role();
  void tick(std::uint64_t life);
  void capture();
  void begin_log();
  void ask_primary(std::uint64_t life);
  bool append(const Offer& offer);
  void grow(std::uint64_t end);

  World& world_;
  std::size_t number_;
  std::size_t tenant_;
  std::size_t host_;
  Process process_;
  OwnRole own_;
  PrimaryRecord record_;
  TenantLog log_;
  std::uint64_t start_file_ = 0;
  std::uint64_t start_begin_ = 0;
  unsigned times_full_ = 0;
  std::optional<Time> full_since_;
  Time last_full_ = -std::chrono::hours(1);
  bool waits_for_disk_ = false;
  bool follows_ = false;
  bool slow_ = false;
};

}  // namespace sluice::cluster::simulation
