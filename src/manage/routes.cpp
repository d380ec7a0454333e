#include "manage/routes.h"

#include <algorithm>

#include <fmt/format.h>

#include "manage/refusal.h"
#include "metadb/instances.h"
#include "metadb/tenants.h"
#include "mysql/server_address.h"
#include "sql/name.h"

namespace sluice::manage {
namespace {

using metadb::InstanceState;
namespace error_code = sql::error_code;

/// What is wrong with the instances of a tenant none of which is primary.
std::string why_no_primary(const std::vector<metadb::Instance>& instances) {
  std::string why;
  for (const metadb::Instance& one : instances) {
    const bool stops = one.state == InstanceState::running && one.wanted != metadb::Wanted::running;
    why +=
        fmt::format("{}{} is {}{}{}", why.empty() ? "" : "; ", one.name,
                    stops ? "being stopped" : metadb::to_text(one.state), one.failure.empty() ? "" : ": ", one.failure);
  }
  return why;
}

/// Whether nobody has to do anything about it: the instance starts, or is about to be started.
bool comes_soon(const metadb::Instance& one) {
  if (one.wanted != metadb::Wanted::running) return false;
  return one.state == InstanceState::init || one.state == InstanceState::starting ||
         one.state == InstanceState::running;
}

/// The cluster of the tenant, where the client did not say it and there is one only.
Result<metadb::TenantName> whole_name(metadb::MetaDb& database, const metadb::TenantName& tenant) {
  constexpr std::int64_t tenants_max = 100'000;
  if (tenant.tenant.empty()) return refuse("tenant is not specified");
  // Log-in names come unchecked; a MetaDB might take it for another.
  if (sql::name_fault(tenant.tenant) || sql::name_fault(tenant.cluster)) {
    return refuse(fmt::format("tenant has no binlog instances yet: {}", metadb::to_text(tenant)));
  }
  if (!tenant.cluster.empty()) return tenant;
  const auto all = metadb::list_tenants(database, {.limit = tenants_max});
  if (!all) return std::unexpected(all.error());
  const auto called = [&](const metadb::Tenant& one) { return one.name.tenant == tenant.tenant; };
  const auto count = std::ranges::count_if(*all, called);
  if (count == 0) return refuse(fmt::format("tenant has no binlog instances yet: {}", tenant.tenant));
  if (count > 1) {
    return refuse(
        fmt::format("several clusters have a tenant {}: log in as user@{}#cluster", tenant.tenant, tenant.tenant));
  }
  return std::ranges::find_if(*all, called)->name;
}

}  // namespace

std::string server_trouble(const metadb::Server& server) {
  if (server.state != metadb::ServerState::offline) return {};
  const std::string address = mysql::to_text({.host = server.identity.address, .port = server.identity.port});
  return fmt::format("its server {} is {}", address, metadb::to_text(server.state));
}

Error unreachable(const Route& primary, const Error& why) {
  return {.kind = why.kind,
          .message = fmt::format("master instance of tenant is unavailable: {}: {} cannot be reached: {}{}{}",
                                 primary.tenant, primary.instance, why.message,
                                 primary.server_trouble.empty() ? "" : "; ", primary.server_trouble),
          .code = error_code::server_shutdown};
}

Result<Route> find_primary(metadb::MetaDb& database, const metadb::TenantName& named) {
  const auto tenant = whole_name(database, named);
  if (!tenant) return std::unexpected(tenant.error());
  const std::string name = metadb::to_text(*tenant);
  auto instances = metadb::list_instances(database, {.tenant = *tenant});
  if (!instances) return std::unexpected(std::move(instances.error()));
  std::erase_if(*instances, [](const metadb::Instance& one) { return one.wanted == metadb::Wanted::dropped; });
  if (instances->empty()) return refuse(fmt::format("tenant has no binlog instances yet: {}", name));
  const auto primary = std::ranges::find(*instances, true, &metadb::Instance::is_primary);
  if (primary == instances->end()) {
    return fail(ErrorKind::refused,
                fmt::format("tenant has no master service instance: {}: {}", name, why_no_primary(*instances)),
                std::ranges::any_of(*instances, comes_soon) ? error_code::server_shutdown : error_code::management);
  }
  const bool serves = primary->state == InstanceState::running && primary->wanted == metadb::Wanted::running;
  if (!serves || primary->port == 0) {
    return fail(ErrorKind::refused,
                fmt::format("master instance of tenant is unavailable: {}: {}", name, why_no_primary({*primary})),
                comes_soon(*primary) ? error_code::server_shutdown : error_code::management);
  }
  Route route{.instance = primary->name, .ip = primary->ip, .port = primary->port, .tenant = name};
  const auto server = metadb::read_server(database, primary->server);
  if (server) {
    route.server_trouble = server_trouble(*server);
  } else if (server.error().kind == ErrorKind::not_found) {
    route.server_trouble = fmt::format("its server {} has been removed", primary->server);
  } else {
    return std::unexpected(server.error());
  }
  return route;
}

}  // namespace sluice::manage
