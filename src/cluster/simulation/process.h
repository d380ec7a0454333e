#pragma once

#include <cstdint>
#include <vector>

#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

/// A process that may be killed, stopped (SIGSTOP) and continued at any moment.
class Process {
 public:
  explicit Process(const Timeline& timeline) : timeline_(timeline) {}

  [[nodiscard]] bool lives() const { return lives_; }
  [[nodiscard]] bool is_stopped() const { return stops_ > 0; }
  /// Whether it lives and runs.
  [[nodiscard]] bool is_well() const { return lives_ && stops_ == 0; }
  /// When it last did not: now, if it is not. Long ago if it always was.
  [[nodiscard]] Time last_unwell() const { return is_well() ? last_unwell_ : timeline_.now(); }
  /// When it was last stopped (SIGSTOP): now, if it is.
  [[nodiscard]] Time last_stopped() const { return is_stopped() ? timeline_.now() : last_stopped_; }
  /// Since when it is not well; now, if it is.
  [[nodiscard]] Time unwell_since() const { return is_well() ? timeline_.now() : unwell_since_; }
  /// Changes with every start.
  [[nodiscard]] std::uint64_t life() const { return life_; }

  void start();
  void kill();
  /// Stops may overlap: it goes on when the last is over.
  void stop();
  /// Ends a stop of the life `life`.
  void go_on(std::uint64_t life);
  /// Does it as a part of the life it was begun in: at once, or when the process goes on; never, if it was killed.
  void run(std::uint64_t life, Action action);

 private:
  const Timeline& timeline_;
  bool lives_ = false;
  unsigned stops_ = 0;
  std::uint64_t life_ = 0;
  Time last_unwell_ = -std::chrono::hours(1);
  Time last_stopped_ = -std::chrono::hours(1);
  Time unwell_since_{0};
  std::vector<Action> waiting_;
};

}  // namespace sluice::cluster::simulation
