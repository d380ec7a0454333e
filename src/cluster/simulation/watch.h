#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "cluster/epoch.h"
#include "cluster/promotion.h"
#include "cluster/simulation/meta_db.h"
#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

class Instance;
struct World;

/// Sees everything, and knows what may never be. What it finds goes to World::violate().
class Watch {
 public:
  explicit Watch(World& world) : world_(world) {}

  /// Begins to look twice a second.
  void begin();
  /// A fault began or ended. One that lasts and disturbs more than a host keeps the cluster restless until it ends.
  void note_fault(bool begins, bool disturbs);

  /// At most one primary an epoch.
  void check_lead(const Instance& instance, Epoch epoch);
  /// All logs of a tenant have the same bytes.
  void check_log(const Instance& instance);
  /// The next epoch and no other; something needed it; no storm.
  void check_move(const Move& move, const PrimaryRecord& before, const PrimaryRecord& after);
  /// How long a primary had been dead or stopped, at most, when another took its place in this way.
  [[nodiscard]] Time longest_wait(Move::Kind kind) const { return longest_wait_[static_cast<std::size_t>(kind)]; }
  /// Long after the last fault: all is well again.
  void check_end();

 private:
  struct Tenant {
    std::map<Epoch, std::size_t> leaders;  ///< instances
    std::optional<std::uint64_t> origin;
    std::uint64_t subscriber = 0;  ///< transactions it has; 0: it has not begun
    LogPlace place;                ///< where it reads next
    unsigned moves = 0;
    std::optional<Time> last_move;
  };
  [[nodiscard]] Tenant& tenant(std::size_t number);
  [[nodiscard]] Instance* primary_of(std::size_t tenant) const;
  void look();
  void subscribe(std::size_t tenant);
  void check_served(std::size_t tenant);
  void check_relieved(std::size_t tenant);
  [[nodiscard]] bool needed(const Move& move, const PrimaryRecord& before) const;
  [[nodiscard]] bool needed_for_its_disk(const Move& move, const Instance& primary) const;
  [[nodiscard]] bool goes_to_the_dead(const Move& move) const;
  [[nodiscard]] bool is_calm(Time time) const;

  World& world_;
  std::vector<Tenant> tenants_;
  unsigned faults_ = 0;
  unsigned disturbing_ = 0;  ///< that last
  Time last_change_{0};
  std::array<Time, 3> longest_wait_{};  ///< by Move::Kind
};

}  // namespace sluice::cluster::simulation
