#include <algorithm>

#include <fmt/format.h>

#include "manage/cluster_view.h"
#include "manage/creation.h"
#include "manage/refusal.h"
#include "manage/rows.h"
#include "manage/statements.h"
#include "manage/stored_options.h"
#include "metadb/parameter_values.h"
#include "sql/creation_options.h"

namespace sluice::manage {
namespace {

using Change = sql::ParameterChange;

/// What a level's statement is about.
struct Target {
  NarrowestLevel level = NarrowestLevel::cluster;
  std::optional<metadb::Tenant> tenant;
  std::optional<metadb::Instance> instance;
};

Result<Target> find_target(const sql::Level& level, metadb::MetaDb& database) {
  Target target;
  metadb::TenantName name;
  if (const auto* instance = std::get_if<sql::InstanceName>(&level)) {
    target.level = NarrowestLevel::instance;
    auto found = metadb::read_instance(database, instance->text);
    if (!found && found.error().kind != ErrorKind::not_found) return std::unexpected(std::move(found.error()));
    if (!found) return refuse(fmt::format("Binlog instance does not exist: {}", instance->text));
    name = found->tenant;
    target.instance = std::move(*found);
  } else if (const auto* tenant = std::get_if<sql::TenantName>(&level)) {
    target.level = NarrowestLevel::tenant;
    name = to_name(*tenant);
  } else {
    return target;
  }
  auto found = metadb::read_tenant(database, name);
  if (!found && found.error().kind != ErrorKind::not_found) return std::unexpected(std::move(found.error()));
  if (!found) return refuse(fmt::format("Tenant does not exist: {}", metadb::to_text(name)));
  target.tenant = std::move(*found);
  return target;
}

std::string_view word(NarrowestLevel level) {
  switch (level) {
    case NarrowestLevel::instance:
      return "instance";
    case NarrowestLevel::tenant:
      return "tenant";
    case NarrowestLevel::cluster:
      break;
  }
  return "cluster";
}

/// How a tenant's database is reached: no parameters, but changed by the same statement, under the names that CREATE
/// BINLOG knows.
bool is_source_key(const std::string& key) {
  return key == "cluster_user" || key == "cluster_password" || key == "cluster_url";
}

Result<void> change_source(const Change& change, const metadb::TenantName& name, const StatementContext& context,
                           metadb::TenantSettings& settings) {
  if (!change.value || change.value->empty()) return refuse(fmt::format("{} has no default; give a value", change.key));
  if (change.key == "cluster_user") {
    if (auto checked = sql::check_source_user(*change.value); !checked) return checked;
    settings.account = *change.value;
  } else if (change.key == "cluster_password") {
    if (auto checked = sql::check_source_password(*change.value); !checked) return checked;
    settings.sealed_password = seal(context.services.key, metadb::password_purpose(name), *change.value);
  } else {
    const auto url = sql::parse_source_url(*change.value);
    if (!url) return std::unexpected(url.error());
    if (url->kind == sql::SourceUrl::Kind::oceanbase || source_kind(*url) != settings.source_kind) {
      return refuse(
          fmt::format("the tenant's database is a {}, and stays one for the tenant's life", settings.source_kind));
    }
    settings.source_addresses = source_addresses(*url);
  }
  return {};
}

/// ALTER BINLOG tenant SET cluster_password = ... and its like, which no parameter may be mixed with.
Done alter_source(const Target& target, const std::vector<Change>& changes, const StatementContext& context) {
  std::string keys;
  for (const Change& change : changes) {
    if (!is_source_key(change.key)) {
      return refuse("cluster_user, cluster_password and cluster_url are changed by a statement of their own");
    }
    keys += (keys.empty() ? "" : ", ") + change.key;
  }
  if (target.level != NarrowestLevel::tenant) return refuse(keys + " can be set for a tenant only");
  const metadb::Decision decision{.what = "alter source", .who = context.who, .reason = keys + " changed"};
  auto altered = metadb::alter_tenant(
      context.metadb, target.tenant->name,
      [&](metadb::TenantSettings& settings) -> Result<void> {
        for (const Change& change : changes) {
          if (auto changed = change_source(change, target.tenant->name, context, settings); !changed) return changed;
        }
        return {};
      },
      decision);
  if (!altered) return std::unexpected(std::move(altered.error()));
  context.warn("the tenant's instances take this when they start again: STOP BINLOG INSTANCE, START BINLOG INSTANCE");
  return answers::SqlOk{.affected_rows = 1, .warnings = 1, .info = {}};
}

/// The changes with their values as they are stored.
Result<std::vector<Change>> check(const std::vector<Change>& changes, NarrowestLevel level) {
  std::vector<Change> checked;
  for (const Change& change : changes) {
    const ClusterParameter* parameter = find_cluster_parameter(change.key);
    if (parameter == nullptr) {
      return fail(ErrorKind::not_found, fmt::format("Unknown system variable '{}'", change.key),
                  sql::error_code::unknown_system_variable);
    }
    if (parameter->narrowest < level) {
      return refuse(fmt::format("{} can be set for the {}, not for one {}", parameter->name,
                                parameter->narrowest == NarrowestLevel::cluster ? "whole cluster" : "tenant or cluster",
                                word(level)));
    }
    if (parameter->fixed_at_start && level != NarrowestLevel::cluster) {
      return refuse(
          fmt::format("{} decides where files end, which stays as it is for a tenant's life: say it in "
                      "CREATE BINLOG",
                      parameter->name));
    }
    Change one{.key = parameter->name, .value = std::nullopt};
    if (change.value) {
      auto value = check_parameter(*parameter, *change.value);
      if (!value) return std::unexpected(std::move(value.error()));
      one.value = std::move(*value);
    }
    checked.push_back(std::move(one));
  }
  return checked;
}

void apply(const std::vector<Change>& changes, SetValues& values) {
  for (const Change& change : changes) {
    if (change.value) {
      values[change.key] = *change.value;
    } else {
      values.erase(change.key);
    }
  }
}

/// The JSON with the changes in it.
Result<std::string> changed_options(const std::string& before, const std::vector<Change>& changes) {
  auto options = parse_options(before);
  if (!options) return std::unexpected(std::move(options.error()));
  apply(changes, options->parameters);
  return options_text(*options, before);
}

std::string list_of(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", change.key, change.value.value_or("DEFAULT"));
  return text;
}

Result<void> store_for_cluster(const std::vector<Change>& changes, const StatementContext& context) {
  return context.metadb.transaction([&]() -> Result<void> {
    for (const Change& change : changes) {
      const metadb::ParameterValue value{.level = metadb::ParameterLevel::cluster,
                                         .scope = "",
                                         .name = change.key,
                                         .value = change.value.value_or("")};
      if (change.value) {
        if (auto set = metadb::set_parameter(context.metadb, value); !set) return set;
      } else if (auto unset = metadb::unset_parameter(context.metadb, value); !unset) {
        return std::unexpected(std::move(unset.error()));
      }
    }
    return metadb::append_history(
        context.metadb, {.decision = {.what = "set parameters", .who = context.who, .reason = list_of(changes)}});
  });
}

Result<void> store(const Target& target, const std::vector<Change>& changes, const StatementContext& context) {
  const metadb::Decision decision{.what = "set parameters", .who = context.who, .reason = list_of(changes)};
  switch (target.level) {
    case NarrowestLevel::cluster:
      return store_for_cluster(changes, context);
    case NarrowestLevel::tenant:
      return metadb::alter_tenant(
          context.metadb, target.tenant->name,
          [&](metadb::TenantSettings& settings) -> Result<void> {
            auto options = changed_options(settings.options, changes);
            if (!options) return std::unexpected(std::move(options.error()));
            settings.options = std::move(*options);
            return {};
          },
          decision);
    case NarrowestLevel::instance:
      break;
  }
  auto options = changed_options(target.instance->options, changes);
  if (!options) return std::unexpected(std::move(options.error()));
  auto stored = metadb::set_instance_options(context.metadb, target.instance->name, target.instance->options, *options);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored) return refuse("the instance's options have just been changed by somebody else; try again");
  return metadb::append_history(
      context.metadb, {.decision = decision, .tenant = target.instance->tenant, .instance = target.instance->name});
}

/// "SET GLOBAL a = 1, b = DEFAULT" with the values that hold for the instance now; empty if no change concerns a
/// running instance.
std::string forwarded(const std::vector<Change>& changes, const EffectiveValues& values) {
  std::string text;
  for (const Change& change : changes) {
    const ClusterParameter* parameter = find_cluster_parameter(change.key);
    if (parameter == nullptr || !parameter->of_instances || parameter->needs_restart) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "SET GLOBAL " : ", ", change.key, values.text(change.key));
  }
  return text;
}

/// What running instances are to be told, and their names.
struct Messages {
  std::vector<std::string> names;
  std::vector<InstanceClient::Question> questions;
};

Result<Messages> messages(const Target& target, const std::vector<Change>& changes, const StatementContext& context) {
  const auto view = read_cluster(context.metadb);
  if (!view) return std::unexpected(view.error());
  Messages made;
  for (const metadb::Instance& one : view->instances) {
    const bool meant = (!target.tenant || one.tenant == target.tenant->name) &&
                       (!target.instance || one.name == target.instance->name);
    if (!meant || one.state != metadb::InstanceState::running || one.port == 0) continue;
    const auto tenant = std::ranges::find(view->tenants, one.tenant, &metadb::Tenant::name);
    if (tenant == view->tenants.end()) continue;  // it has just been dropped
    const auto values = effective_values(view->parameters, *tenant, &one);
    if (!values) return std::unexpected(values.error());
    std::string statement = forwarded(changes, *values);
    if (statement.empty()) continue;
    made.names.push_back(one.name);
    made.questions.push_back({{one.ip, one.port}, std::move(statement)});
  }
  return made;
}

/// Has running instances take the values at once. Those that do not answer take them when they start again.
Result<void> forward(const Target& target, const std::vector<Change>& changes, const StatementContext& context) {
  const auto made = messages(target, changes, context);
  if (!made) return std::unexpected(made.error());
  const auto taken = context.services.instances->ask_all(made->questions);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i]) continue;
    context.warn(
        fmt::format("instance {} takes the change when it starts again: {}", made->names[i], taken[i].error().message));
  }
  return {};
}

}  // namespace

Rows show_parameters(const sql::Level& level, const StatementContext& context) {
  const auto target = find_target(level, context.metadb);
  if (!target) return std::unexpected(target.error());
  auto of_cluster = read_cluster_parameters(context.metadb);
  if (!of_cluster) return std::unexpected(std::move(of_cluster.error()));
  auto values = target->tenant
                    ? effective_values(*of_cluster, *target->tenant, target->instance ? &*target->instance : nullptr)
                    : Result<EffectiveValues>(EffectiveValues(std::move(*of_cluster), {}, {}));
  if (!values) return std::unexpected(std::move(values.error()));
  answers::SqlRows answer;
  for (const char* name : {"name", "value", "default_value", "data_type", "minimum", "maximum", "unit", "needs_restart",
                           "source", "level", "info"})
    answer.columns.push_back(text_column(name));
  for (const ClusterParameter& one : cluster_parameters()) {
    if (one.narrowest < target->level) continue;
    const bool integer = one.type == ClusterParameter::Type::integer;
    const bool boolean = one.type == ClusterParameter::Type::boolean;
    answer.rows.push_back({one.name, values->text(one.name), one.usual,
                           integer   ? "integer"
                           : boolean ? "boolean"
                                     : "text",
                           integer ? Cell(std::to_string(one.minimum)) : Cell(),
                           integer ? Cell(std::to_string(one.maximum)) : Cell(), one.unit,
                           one.needs_restart ? "Yes" : "No", std::string(values->origin(one.name)),
                           std::string(word(one.narrowest)),
                           integer || boolean ? one.description : one.description + ": " + allowed_values(one)});
  }
  return answer;
}

Done set_parameters(const sql::SetParameters& set, const StatementContext& context) {
  const auto target = find_target(set.level, context.metadb);
  if (!target) return std::unexpected(target.error());
  const auto of_source = [](const Change& change) { return is_source_key(change.key); };
  if (std::ranges::any_of(set.changes, of_source)) return alter_source(*target, set.changes, context);
  const auto changes = check(set.changes, target->level);
  if (!changes) return std::unexpected(changes.error());
  if (auto stored = store(*target, *changes, context); !stored) return std::unexpected(std::move(stored.error()));
  if (auto told = forward(*target, *changes, context); !told) {
    context.warn(fmt::format("running instances take the change when they start again: {}", told.error().message));
  }
  context.services.changed();
  return answers::SqlOk{
      .affected_rows = changes->size(), .warnings = static_cast<std::uint16_t>(context.diagnostics.size()), .info = {}};
}

}  // namespace sluice::manage
