#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace sluice::cluster::simulation {

/// True time since the simulation began, which nobody in it can read.
using Time = std::chrono::milliseconds;
using Action = std::move_only_function<void()>;

/// What happens when: actions in the order of their times, those of one time in the order in which they were added.
class Timeline {
 public:
  [[nodiscard]] Time now() const { return now_; }
  void after(Time delay, Action action);
  /// Until nothing is left before `end`, or somebody stops.
  void run_until(Time end);
  void stop() { stopped_ = true; }

 private:
  struct Entry {
    Time at;
    std::uint64_t number = 0;
    Action action;
  };
  static bool later(const Entry& left, const Entry& right);

  Time now_{0};
  std::uint64_t last_number_ = 0;
  bool stopped_ = false;
  std::vector<Entry> entries_;  ///< a heap, the next one first
};

}  // namespace sluice::cluster::simulation
