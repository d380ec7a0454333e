#include "metadb/parameter_values.h"

#include <array>

#include "metadb/failure.h"

namespace sluice::metadb {
namespace {

constexpr std::array<std::string_view, 3> level_words = {"cluster", "tenant", "instance"};

Parameters bound(const ParameterValue& parameter) {
  return {{"level", std::string(to_text(parameter.level))}, {"scope", parameter.scope}, {"name", parameter.name}};
}

}  // namespace

std::string_view to_text(ParameterLevel level) {
  return level_words.at(static_cast<std::size_t>(level));
}

Result<void> set_parameter(MetaDb& database, const ParameterValue& parameter) {
  Parameters parameters = bound(parameter);
  parameters.push_back({"value", parameter.value});
  // REPLACE is one of the few ways to say this that all MetaDBs understand.
  auto done = database.write(
      "REPLACE INTO parameters (level, scope, name, value, changed) VALUES (:level, :scope, :name, :value, {now})",
      parameters);
  if (!done) return fail_in("parameter " + parameter.name, std::move(done.error()));
  return {};
}

Result<bool> unset_parameter(MetaDb& database, const ParameterValue& parameter) {
  auto done = database.write("DELETE FROM parameters WHERE level = :level AND scope = :scope AND name = :name",
                             bound(parameter));
  if (!done) return fail_in("parameter " + parameter.name, std::move(done.error()));
  return *done == 1;
}

Result<std::vector<ParameterValue>> list_parameters(MetaDb& database, ParameterLevel level, const std::string& scope) {
  auto rows =
      database.select({"name", "value"}, "FROM parameters WHERE level = :level AND scope = :scope ORDER BY name",
                      {{"level", std::string(to_text(level))}, {"scope", scope}});
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<ParameterValue> values;
  for (const Row& row : *rows) {
    values.push_back({.level = level, .scope = scope, .name = row.text(0), .value = row.text(1)});
  }
  return values;
}

}  // namespace sluice::metadb
