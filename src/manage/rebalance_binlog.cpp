#include <algorithm>

#include <fmt/format.h>

#include "cluster/rebalance.h"
#include "manage/cluster_view.h"
#include "manage/creation.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"

namespace sluice::manage {
namespace {

using cluster::RebalanceMove;

/// Makes the follower primary. Empty: done; else why not.
std::string move_primary(const RebalanceMove& move, const ClusterView& view, const StatementContext& context) {
  const auto follower = std::ranges::find_if(view.instances, [&](const metadb::Instance& one) {
    return metadb::to_text(one.tenant) == move.tenant && one.server == move.to;
  });
  if (follower == view.instances.end()) return "the follower is not there any more";
  const auto tenant = metadb::read_tenant(context.metadb, follower->tenant);
  if (!tenant) return tenant.error().message;
  const metadb::Decision decision{.what = "rebalance", .who = context.who, .reason = move.reason};
  const auto done = metadb::set_primary(context.metadb, follower->tenant, tenant->epoch, follower->name, decision);
  if (!done) return done.error().message;
  if (*done) ++context.services.totals->primaries_switched;
  return *done ? "" : "the tenant has changed meanwhile";
}

/// Begins the move: an instance on the other server writes the same log; when it has it, its server makes it primary,
/// if the one it replaces was, and has that dropped.
std::string move_data(const RebalanceMove& move, const ClusterView& view, const StatementContext& context) {
  const auto instance = std::ranges::find(view.instances, move.instance, &metadb::Instance::name);
  if (instance == view.instances.end()) return "not done: the instance is not there any more";
  auto options = parse_options(instance->options);
  if (!options) return "not done: " + options.error().message;
  options->replaces = instance->name;
  const metadb::NewInstance made{.name = new_instance_name(),
                                 .server = move.to,
                                 .work_path = "",
                                 .options = options_text(*options, instance->options)};
  const metadb::Decision decision{.what = "rebalance", .who = context.who, .reason = move.reason};
  const auto created = metadb::create_instance(context.metadb, instance->tenant, made, decision);
  return created ? fmt::format("begun: {} takes its place", made.name) : "not done: " + created.error().message;
}

/// Moves of data that one statement begins.
constexpr std::size_t data_moves_max = 10;

std::string carry_out(const RebalanceMove& move, const ClusterView& view, const StatementContext& context,
                      std::size_t& data_moves) {
  if (move.kind == RebalanceMove::Kind::primary) {
    const std::string problem = move_primary(move, view, context);
    return problem.empty() ? "done" : "not done: " + problem;
  }
  if (++data_moves > data_moves_max) return "not begun: ten moves of data at a time; REBALANCE BINLOG again";
  return move_data(move, view, context);
}

}  // namespace

Rows rebalance_binlog(const sql::RebalanceBinlog& rebalance, const StatementContext& context) {
  const auto view = read_cluster(context.metadb);
  if (!view) return std::unexpected(view.error());
  const EffectiveValues values(view->parameters, {}, {});
  cluster::RebalanceRules rules;
  rules.placement = placement_rules(values);
  const cluster::RebalancePlan plan = cluster::plan_rebalance(to_inventory(*view), rules);
  answers::SqlRows answer;
  for (const char* name : {"kind", "tenant", "instance", "from", "to"})
    answer.columns.push_back(text_column(name));
  answer.columns.push_back(number_column("bytes"));
  for (const char* name : {"result", "reason"})
    answer.columns.push_back(text_column(name));
  std::size_t data_moves = 0;
  for (const RebalanceMove& move : plan.moves) {
    std::string result = rebalance.dry_run ? "planned" : carry_out(move, *view, context, data_moves);
    answer.rows.push_back({move.kind == RebalanceMove::Kind::primary ? "primary" : "data", move.tenant, move.instance,
                           move.from, move.to, std::to_string(move.bytes), std::move(result), move.reason});
  }
  if (plan.moves.empty()) {
    answer.rows.push_back(
        {"none", Cell(), Cell(), Cell(), Cell(), "0", rebalance.dry_run ? "planned" : "done", plan.reason});
  } else if (!rebalance.dry_run) {
    context.services.changed();
  }
  return answer;
}

}  // namespace sluice::manage
