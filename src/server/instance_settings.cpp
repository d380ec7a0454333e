#include "server/instance_settings.h"

#include <fmt/format.h>

#include "manage/instance_client.h"
#include "mysql/server_address.h"
#include "parameters/parameter.h"

namespace sluice::server {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

/// Those that were set somewhere; the others are the instance's own defaults, which are the same.
void set_parameters(const manage::EffectiveValues& values, supervise::InstanceSettings& settings) {
  for (const parameters::Definition& one : parameters::definitions()) {
    if (values.origin(one.name) == "default") continue;
    if (one.parameter == parameters::Parameter::max_binlog_size) {
      settings.max_binlog_size = values.number(one.name);
    } else if (one.type == parameters::Definition::Type::boolean) {
      settings.parameters[std::string(one.name)] = values.flag(one.name);
    } else {
      settings.parameters[std::string(one.name)] = static_cast<std::int64_t>(values.number(one.name));
    }
  }
}

}  // namespace

std::vector<supervise::InstanceAccount> instance_accounts(const std::vector<metadb::Account>& accounts,
                                                          const CipherKey& key) {
  std::vector<supervise::InstanceAccount> list;
  for (const metadb::Account& one : accounts) {
    list.push_back(
        {.name = one.name, .native = one.native_hash, .password_hash = one.password_hash, .admin = one.tag == "admin"});
  }
  const manage::InstanceSecret administrator = manage::instance_administrator(key);
  list.push_back({.name = administrator.user, .native = administrator.native_hash, .password_hash = "", .admin = true});
  const manage::InstanceSecret relay = manage::instance_relay(key);
  list.push_back({.name = relay.user, .native = relay.native_hash, .password_hash = "", .relay = true});
  return list;
}

std::optional<supervise::FollowedPrimary> followed_primary(const metadb::Instance& instance, const CipherKey& key) {
  const metadb::Leader& leader = instance.leader;
  if (leader.name.empty() || leader.name == instance.name || leader.port == 0) return std::nullopt;
  manage::InstanceSecret administrator = manage::instance_administrator(key);
  return supervise::FollowedPrimary{.address = mysql::to_text({.host = leader.ip, .port = leader.port}),
                                    .user = std::move(administrator.user),
                                    .password = std::move(administrator.password),
                                    .epoch = static_cast<std::uint64_t>(leader.epoch)};
}

Result<supervise::InstanceSettings> instance_settings(const InstanceSources& sources) {
  const metadb::TenantSettings& tenant = sources.tenant.settings;
  auto password = unseal(sources.key, metadb::password_purpose(sources.tenant.name), tenant.sealed_password);
  if (!password) {
    return fail(password.error().kind,
                fmt::format("the password of tenant {}'s account cannot be opened: {}. The key file of this server has "
                            "to be the one of the cluster's other servers",
                            metadb::to_text(sources.tenant.name), password.error().message));
  }
  supervise::InstanceSettings settings;
  settings.tenant = metadb::to_text(sources.tenant.name);
  if (tenant.server_id != 0) settings.tenant_server_id = static_cast<std::uint32_t>(tenant.server_id);
  settings.tenant_server_uuid = tenant.server_uuid;
  settings.source_kind = tenant.source_kind;
  settings.source_addresses = split(tenant.source_addresses);
  settings.source_user = tenant.account;
  settings.source_password = std::move(*password);
  settings.start = tenant.start_point;
  settings.source_tls = sources.values.text("source_tls");
  settings.heartbeat_seconds = static_cast<std::uint32_t>(sources.values.number("source_heartbeat_seconds"));
  settings.primary = followed_primary(sources.instance, sources.key);
  settings.listen_address = sources.listen_address;
  settings.listen_port = sources.instance.port;
  settings.trusted = sources.trusted;
  settings.accounts = instance_accounts(sources.accounts, sources.key);
  settings.metrics_instance = sources.instance.name;
  set_parameters(sources.values, settings);
  return settings;
}

supervise::ResourceLimits instance_limits(const manage::EffectiveValues& values) {
  supervise::ResourceLimits limits;
  constexpr double percent = 0.01;
  if (const auto cpu = values.number("instance_cpu_limit_percent"); cpu != 0) {
    limits.processors = static_cast<double>(cpu) * percent;
  }
  if (const auto memory = values.number("instance_memory_limit"); memory != 0) limits.memory = memory;
  return limits;
}

}  // namespace sluice::server
