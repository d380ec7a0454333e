#include "manage/creation.h"

#include <array>

#include <fmt/format.h>

#include "base/random.h"
#include "binlog/gtid_set.h"
#include "binlog/mariadb_events.h"
#include "manage/refusal.h"
#include "mysql/server_address.h"

namespace sluice::manage {
namespace {

Result<void> take(const sql::Option& option, bool for_instance, SetValues& values) {
  const ClusterParameter* parameter = find_cluster_parameter(option.key);
  if (parameter == nullptr) {
    return refuse(fmt::format("unknown option '{}'; SHOW PARAMETERS lists the parameters there are", option.key));
  }
  if (parameter->narrowest == NarrowestLevel::cluster) {
    return refuse(fmt::format("{} holds for the whole cluster: set it with ALTER BINLOG CLUSTER SET", option.key));
  }
  if (for_instance && parameter->narrowest == NarrowestLevel::tenant) {
    return refuse(fmt::format("{} is the same for all instances of a tenant, and cannot be said for one", option.key));
  }
  auto value = check_parameter(*parameter, option.value);
  if (!value) return std::unexpected(std::move(value.error()));
  values[parameter->name] = std::move(*value);
  return {};
}

}  // namespace

Result<StoredOptions> stored_options(const sql::CreationOptions& options, bool for_instance) {
  if (options.pinned) {
    return refuse(
        "INITIAL_TRX_XID and INITIAL_TRX_GTID_SEQ are for tenants of OceanBase; MySQL and MariaDB have GTIDs");
  }
  StoredOptions stored;
  for (const sql::Option& option : options.others) {
    if (auto taken = take(option, for_instance, stored.parameters); !taken) {
      return std::unexpected(std::move(taken.error()));
    }
  }
  stored.demands = {.ip = options.ip.value_or(""),
                    .zone = options.zone.value_or(""),
                    .group = options.group.value_or(""),
                    .region = options.region.value_or("")};
  return stored;
}

std::string source_kind(const sql::SourceUrl& url) {
  return url.kind == sql::SourceUrl::Kind::mariadb ? "mariadb" : "mysql";
}

std::string source_addresses(const sql::SourceUrl& url) {
  std::string text;
  for (const sql::SourceUrl::Address& address : url.addresses) {
    text += text.empty() ? "" : ",";
    text += mysql::to_text({.host = address.host, .port = address.port});
  }
  return text;
}

std::string start_text(const std::optional<sql::StartPoint>& start) {
  if (!start || std::holds_alternative<sql::StartNow>(*start)) return "now";
  if (std::holds_alternative<sql::StartEarliest>(*start)) return "earliest";
  if (const auto* time = std::get_if<sql::StartTime>(&*start)) {
    constexpr std::uint64_t second = 1'000'000;
    return fmt::format("time:{}", time->microseconds / second);
  }
  return "gtid:" + std::get<sql::StartGtids>(*start).text;
}

Result<void> check_start(const std::optional<sql::StartPoint>& start, const std::string& source_kind,
                         std::chrono::microseconds now) {
  if (!start) return {};
  if (const auto* time = std::get_if<sql::StartTime>(&*start)) {
    constexpr std::chrono::minutes clocks_differ{1};
    const auto latest = static_cast<std::uint64_t>((now + clocks_differ).count());
    if (time->microseconds <= latest) return {};
    return refuse(fmt::format("The option [FROM] is a time that is still to come: it is {} now; say FROM NOW",
                              std::chrono::duration_cast<std::chrono::seconds>(now).count()));
  }
  const auto* gtids = std::get_if<sql::StartGtids>(&*start);
  if (gtids == nullptr) return {};
  const bool mariadb = source_kind == "mariadb";
  Result<void> read;
  if (mariadb) {
    if (const auto list = binlog::parse_mariadb_gtids(gtids->text); !list) read = std::unexpected(list.error());
  } else if (const auto set = binlog::parse_gtid_set(gtids->text); !set) {
    read = std::unexpected(set.error());
  }
  if (read) return {};
  return refuse(fmt::format("The option [FROM GTID] is no position of a {}, such as {}: {}",
                            mariadb ? "MariaDB" : "MySQL",
                            mariadb ? "0-1-100" : "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23", read.error().message));
}

std::string new_instance_name() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::size_t letters_only = 26;
  std::array<std::uint8_t, 10> random{};
  fill_random(random);
  std::string name;
  for (const std::uint8_t byte : random)
    name += letters[byte % (name.empty() ? letters_only : letters.size())];
  return name;
}

Result<std::vector<cluster::Placement>> choose_servers(const ClusterView& view, const cluster::Inventory& inventory,
                                                       const std::string& tenant, const cluster::Demands& demands,
                                                       const EffectiveValues& values, unsigned count) {
  const EffectiveValues of_cluster(view.parameters, {}, {});
  std::uint64_t seed = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  const cluster::PlacementRequest request{.tenant = tenant, .demands = demands, .needs = expected_needs(values)};
  auto placed = cluster::place_replicas(inventory, request, count, placement_rules(of_cluster), seed);
  if (!placed) return refuse(std::move(placed.error().message));
  return placed;
}

}  // namespace sluice::manage
