#pragma once

#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "cluster/simulation/timeline.h"

namespace sluice::cluster::simulation {

/// Numbers that depend on the seed alone (SplitMix64), on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}

  std::uint64_t next() {
    std::uint64_t number = state_ += 0x9e3779b97f4a7c15ULL;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9ULL;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebULL;
    return number ^ (number >> 31);
  }
  /// From 0 to `limit` - 1.
  std::uint64_t below(std::uint64_t limit) {
    SLUICE_ASSERT(limit > 0);
    return next() % limit;
  }
  bool chance(unsigned percent) { return below(100) < percent; }
  Time between(Time from, Time to) {
    return from + Time(static_cast<Time::rep>(below(static_cast<std::uint64_t>((to - from).count()) + 1)));
  }
  template <typename T>
  const T& pick(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace sluice::cluster::simulation
