#include "server/takeover.h"

#include <algorithm>

#include <fmt/format.h>

#include "manage/creation.h"
#include "manage/stored_options.h"

namespace sluice::server {
namespace {

/// More than a gigabyte in files of the smallest size would have is not needed: then the newest of them do.
constexpr std::int64_t files_looked_at = 1000;

}  // namespace

Result<Beginning> find_beginning(metadb::MetaDb& database, const metadb::TenantName& tenant, std::uint64_t file_size) {
  auto files = metadb::list_log_files(database, tenant, {.limit = files_looked_at});
  if (!files) return std::unexpected(std::move(files.error()));
  std::vector<std::uint64_t> numbers;
  for (const metadb::LogFile& file : *files)
    numbers.push_back(static_cast<std::uint64_t>(file.number));
  auto plan = cluster::plan_takeover(numbers, {.file_size = file_size});
  if (!plan) return std::unexpected(std::move(plan.error()));
  const auto first = std::ranges::find(*files, static_cast<std::int64_t>(plan->first_file), &metadb::LogFile::number);
  return Beginning{std::move(*first), std::move(plan->reason)};
}

Result<void> TakeoverPlaces::read(metadb::MetaDb& database) {
  if (view_) return {};
  auto view = manage::read_cluster(database);
  if (!view) return std::unexpected(std::move(view.error()));
  for (metadb::Server& server : view->servers) {
    const bool silent = is_silent(silences_, server.identity.id, cluster::FailoverRules{}.silent_after);
    if (silent) server.state = metadb::ServerState::offline;
  }
  view_ = std::make_unique<manage::ClusterView>(std::move(*view));
  inventory_ = std::make_unique<cluster::Inventory>(manage::to_inventory(*view_));
  return {};
}

Result<TakeoverPlaces::Place> TakeoverPlaces::choose(metadb::MetaDb& database, const metadb::Tenant& tenant,
                                                     const metadb::Instance& lost) {
  if (auto have = read(database); !have) return std::unexpected(std::move(have.error()));
  const auto tenant_options = manage::parse_options(tenant.settings.options);
  if (!tenant_options) return std::unexpected(tenant_options.error());
  auto options = manage::parse_options(lost.options);
  if (!options) return std::unexpected(std::move(options.error()));
  const manage::EffectiveValues values(view_->parameters, tenant_options->parameters, options->parameters);
  const auto beginning = find_beginning(database, tenant.name, values.number("max_binlog_size"));
  if (!beginning) return std::unexpected(beginning.error());

  const std::string name = metadb::to_text(tenant.name);
  const auto servers = manage::choose_servers(*view_, *inventory_, name, tenant_options->demands, values, 1);
  if (!servers) return std::unexpected(servers.error());
  const std::string server = inventory_->servers()[servers->front().server].id;
  options->replaces.clear();
  options->demands = tenant_options->demands;
  options->stands_in_for = lost.name;
  Place place{.instance = {.name = manage::new_instance_name(),
                           .server = server,
                           .work_path = "",
                           .options = manage::options_text(*options, lost.options)},
              .reason = fmt::format("{}; {}", servers->front().reason, beginning->reason)};
  inventory_->add({.name = place.instance.name,
                   .tenant = name,
                   .server = server,
                   .primary = true,
                   .movable = false,
                   .demands = tenant_options->demands,
                   .needs = manage::expected_needs(values),
                   .used = std::nullopt,
                   .placed_at = {}});
  return place;
}

}  // namespace sluice::server
