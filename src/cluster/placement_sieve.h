#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cluster/inventory.h"

namespace sluice::cluster {

/// Candidates that pass filter after filter, and the account of it: how many each left, whom it took and why.
class PlacementSieve {
 public:
  /// Begins with all servers. The inventory has to outlive the sieve.
  explicit PlacementSieve(const Inventory& inventory);

  /// Says why a server does not pass; nothing if it does.
  using Filter = std::function<std::optional<std::string>(std::size_t server)>;
  /// Applies a filter called `name` ("zone 'z1'").
  void pass(std::string name, const Filter& filter);

  [[nodiscard]] const std::vector<std::size_t>& left() const { return left_; }
  /// "of 5 servers 4 ONLINE, 2 zone 'z1', 2 resources"
  [[nodiscard]] std::string account() const;
  /// "of 5 servers: ONLINE took 1 (10.0.0.5:2983: SUSPECT); zone 'z1' took 4 (...)": names at most a few of each.
  [[nodiscard]] std::string losses() const;

 private:
  struct Step {
    std::string name;
    std::size_t left = 0;
    std::size_t taken = 0;
    std::vector<std::string> examples;
  };

  const Inventory& inventory_;
  std::vector<std::size_t> left_;
  std::vector<Step> steps_;
};

}  // namespace sluice::cluster
