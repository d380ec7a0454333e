#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace sluice::cluster {

/// How much each free resource counts when servers are compared (parameter cpu_mem_disk_net_weighted). None is
/// negative, not all are 0.
struct ResourceWeights {
  double cpu = 1;
  double memory = 1;
  double disk = 1;
  double network = 1;

  [[nodiscard]] double sum() const { return cpu + memory + disk + network; }
  bool operator==(const ResourceWeights&) const = default;
};

inline constexpr double resource_weight_max = 1000;

/// Reads "1:1:1:1": the weights of CPU, memory, disk and network, each a number from 0 to resource_weight_max such as 2
/// or 0.5, with blanks around it if one likes. The error says what of the text is wrong.
[[nodiscard]] Result<ResourceWeights> parse_resource_weights(std::string_view text);

/// "1:1:1:0.5"
[[nodiscard]] std::string resource_weights_text(const ResourceWeights& weights);

}  // namespace sluice::cluster
