#pragma once

#include <string>
#include <string_view>

#include "cluster/placement.h"

/// Servers and instances for the tests of this folder.
namespace sluice::cluster::test {

inline constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

inline constexpr Moment measured_at{std::chrono::seconds(1'000'000)};
inline constexpr Moment long_ago{std::chrono::seconds(10'000)};

/// An idle host: 4 GiB of memory, 100 GiB of disk and 100 MB/s a core.
[[nodiscard]] inline Resources host_of(double cores) {
  const auto cores_whole = static_cast<std::uint64_t>(cores);
  return {cores, cores_whole * 4 * gibibyte, cores_whole * 100 * gibibyte, cores_whole * 100'000'000};
}

/// ONLINE and idle; `name` is also its ip.
[[nodiscard]] inline Server server(std::string_view name, double cores = 8, std::string_view region = "",
                                   std::string_view idc = "") {
  Server made;
  made.id = made.ip = name;
  made.port = 2983;
  made.region = region;
  made.idc = idc;
  made.state = ServerState::online;
  made.heartbeat_age = std::chrono::seconds(1);
  made.metrics = ServerMetrics{host_of(cores), {}, measured_at};
  return made;
}

/// What a tenant asks in most tests: little enough that a small host takes several.
inline constexpr Resources modest{0.25, gibibyte / 4, 10 * gibibyte, 1'000'000};

/// Placed long before the metrics were taken.
[[nodiscard]] inline HostedInstance instance(std::string_view tenant, std::string_view on,
                                             const Resources& needs = modest) {
  HostedInstance made;
  made.name = std::string(tenant) + "@" + std::string(on);
  made.tenant = tenant;
  made.server = on;
  made.needs = needs;
  made.used = needs;
  made.placed_at = long_ago;
  return made;
}

/// One that no metrics show yet.
[[nodiscard]] inline HostedInstance new_instance(std::string_view tenant, std::string_view on,
                                                 const Resources& needs = modest) {
  HostedInstance made = instance(tenant, on, needs);
  made.used.reset();
  made.placed_at = measured_at;
  return made;
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace sluice::cluster::test
