#include "metadb/parameter_values.h"

#include <array>

#include <fmt/format.h>

#include "metadb/revisions.h"

namespace sluice::metadb {
namespace {

constexpr std::array<std::string_view, 3> level_words = {"cluster", "tenant", "instance"};

Parameters bound(const ParameterValue& parameter) {
  return {{"level", std::string(to_text(parameter.level))}, {"scope", parameter.scope}, {"name", parameter.name}};
}

Result<ParameterLevel> parse_level(std::string_view text) {
  for (std::size_t index = 0; index < level_words.size(); ++index) {
    if (level_words.at(index) == text) return static_cast<ParameterLevel>(index);
  }
  return fail(ErrorKind::corrupt, fmt::format("'{}' in the MetaDB is no level of parameters this program knows", text));
}

/// One statement that changes parameters. True if it found or made a row.
Result<bool> change(MetaDb& database, std::string_view statement, const Parameters& parameters) {
  return change_and_raise(database, Revision::parameters, [&]() -> Result<bool> {
    auto done = database.write(statement, parameters);
    if (!done) return std::unexpected(std::move(done.error()));
    return *done > 0;
  });
}

Result<std::vector<ParameterValue>> select_parameters(MetaDb& database, std::string_view rest,
                                                      const Parameters& parameters = {}) {
  auto rows = database.select({"level", "scope", "name", "value"}, "FROM parameters " + std::string(rest), parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<ParameterValue> values;
  for (const Row& row : *rows) {
    const auto level = parse_level(row.text(0));
    if (!level) return std::unexpected(level.error());
    values.push_back({.level = *level, .scope = row.text(1), .name = row.text(2), .value = row.text(3)});
  }
  return values;
}

}  // namespace

std::string_view to_text(ParameterLevel level) {
  return level_words.at(static_cast<std::size_t>(level));
}

Result<void> set_parameter(MetaDb& database, const ParameterValue& parameter) {
  Parameters parameters = bound(parameter);
  parameters.push_back({"value", parameter.value});
  // REPLACE is one of the few ways to say this that all MetaDBs understand.
  auto done = change(
      database,
      "REPLACE INTO parameters (level, scope, name, value, changed) VALUES (:level, :scope, :name, :value, {now})",
      parameters);
  if (!done) return fail_in("parameter " + parameter.name, std::move(done.error()));
  return {};
}

Result<bool> unset_parameter(MetaDb& database, const ParameterValue& parameter) {
  auto done = change(database, "DELETE FROM parameters WHERE level = :level AND scope = :scope AND name = :name",
                     bound(parameter));
  if (!done) return fail_in("parameter " + parameter.name, std::move(done.error()));
  return *done;
}

Result<std::vector<ParameterValue>> list_parameters(MetaDb& database, ParameterLevel level, const std::string& scope) {
  return select_parameters(database, "WHERE level = :level AND scope = :scope ORDER BY name",
                           {{"level", std::string(to_text(level))}, {"scope", scope}});
}

Result<std::vector<ParameterValue>> list_all_parameters(MetaDb& database) {
  return select_parameters(database,
                           "ORDER BY CASE level WHEN 'cluster' THEN 0 WHEN 'tenant' THEN 1 ELSE 2 END, scope, name");
}

}  // namespace sluice::metadb
