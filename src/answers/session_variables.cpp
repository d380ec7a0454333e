#include "answers/session_variables.h"

#include <charconv>

#include <fmt/format.h>

#include "answers/character_sets.h"
#include "answers/sql_mode.h"
#include "answers/version_number.h"
#include "base/assert.h"
#include "sql/error_code.h"

namespace sluice::answers {
namespace {

constexpr std::string_view character_set_prefix = "character_set_";
constexpr std::string_view collation_prefix = "collation_";

/// The variable that holds the value of `variable`, which may be an old name for it.
const SystemVariable& holder(const SystemVariable* variable) {
  if (variable->same_as.empty()) return *variable;
  const SystemVariable* other = find_system_variable(variable->same_as);
  SLUICE_ASSERT(other != nullptr);
  return *other;
}

sql::Value as_number(const std::string& text) {
  std::int64_t negative = 0;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  if (text.starts_with('-') && std::from_chars(text.data(), end, negative).ec == std::errc()) return negative;
  if (std::from_chars(text.data(), end, number).ec == std::errc()) return number;
  return text;
}

sql::Value as_value(const SystemVariable& variable, const std::optional<std::string>& text) {
  if (!text) return {};
  switch (variable.kind) {
    case SystemVariable::Kind::boolean:
      return std::int64_t{*text == "ON" ? 1 : 0};
    case SystemVariable::Kind::integer:
      return as_number(*text);
    case SystemVariable::Kind::real:
      return sql::parse_number(*text).value_or(sql::Value(*text));
    default:
      return *text;
  }
}

std::unexpected<Error> other_scope(const SystemVariable& variable, std::string_view scope) {
  return fail(ErrorKind::invalid, fmt::format("Variable '{}' is a {} variable", variable.name, scope),
              sql::error_code::incorrect_variable_scope);
}

}  // namespace

Result<sql::Value> SessionVariables::read(sql::Scope scope, std::string_view name) const {
  const SystemVariable* variable = find_system_variable(name);
  if (variable == nullptr) {
    return fail(ErrorKind::not_found, fmt::format("Unknown system variable '{}'", name),
                sql::error_code::unknown_system_variable);
  }
  if (scope == sql::Scope::global && variable->scope == SystemVariable::Scope::session) {
    return other_scope(*variable, "SESSION");
  }
  if (scope == sql::Scope::session && variable->scope == SystemVariable::Scope::global) {
    return other_scope(*variable, "GLOBAL");
  }
  return as_value(*variable, text(*variable, scope));
}

std::string SessionVariables::shown(const SystemVariable& variable, sql::Scope scope) const {
  return text(variable, scope).value_or("");
}

std::optional<std::string> SessionVariables::text(const SystemVariable& variable, sql::Scope scope) const {
  const SystemVariable& held = holder(&variable);
  if (scope != sql::Scope::global) {
    if (const auto own = values_.find(held.name); own != values_.end()) return own->second;
  }
  if (held.live != nullptr) return held.live(source_);
  if (held.parameter) {
    return parameters::value_text(parameters::definition(*held.parameter),
                                  source_.server.parameters().value(*held.parameter));
  }
  // Variables that have no value are the empty ones among those that can be NULL.
  if (held.nullable && held.value.empty()) return std::nullopt;
  return std::string(held.value);
}

void SessionVariables::set(const SystemVariable& variable, std::optional<std::string> value) {
  const SystemVariable& held = holder(&variable);
  const std::string_view name = held.name;
  if (value && name.starts_with(character_set_prefix)) {
    const std::string partner = std::string(collation_prefix) + std::string(name.substr(character_set_prefix.size()));
    const SystemVariable* collation = find_system_variable(partner);
    const auto character_set = find_character_set(*value);
    if (collation != nullptr && character_set) values_[collation->name] = std::string(character_set->default_collation);
  } else if (value && name.starts_with(collation_prefix)) {
    const std::string partner = std::string(character_set_prefix) + std::string(name.substr(collation_prefix.size()));
    const SystemVariable* set = find_system_variable(partner);
    const auto character_set = character_set_of_collation(*value);
    if (set != nullptr && character_set) values_[set->name] = std::string(character_set->name);
  }
  values_[name] = std::move(value);
}

void SessionVariables::set_default(const SystemVariable& variable) {
  const SystemVariable& held = holder(&variable);
  if (held.kind == SystemVariable::Kind::character_set || held.kind == SystemVariable::Kind::collation) {
    set(held, std::string(held.value));  // its partner follows
  }
  values_.erase(held.name);
  if (held.parameter) values_[held.name] = text(held, sql::Scope::global);
}

void SessionVariables::begin() {
  values_.clear();
  for (const SystemVariable& variable : system_variables()) {
    if (variable.scope == SystemVariable::Scope::both && variable.parameter) set_default(variable);
  }
  static const SystemVariable* const wait = find_system_variable("wait_timeout");
  static const SystemVariable* const interactive = find_system_variable("interactive_timeout");
  if (source_.client.interactive) values_[wait->name] = text(*interactive, sql::Scope::global);
}

std::uint64_t SessionVariables::sql_mode() const {
  static const SystemVariable* const variable = find_system_variable("sql_mode");
  return parse_sql_mode(shown(*variable, sql::Scope::session)).value_or(0);
}

sql::Dialect SessionVariables::dialect() const {
  const std::uint64_t mode = sql_mode();
  return {.ansi_quotes = (mode & sql_mode::ansi_quotes) != 0,
          .no_backslash_escapes = (mode & sql_mode::no_backslash_escapes) != 0,
          .pipes_as_concat = (mode & sql_mode::pipes_as_concat) != 0,
          .version = version_number(source_.server.server_version())};
}

bool SessionVariables::strict() const {
  return (sql_mode() & sql_mode::strict_all_tables) != 0;
}

std::chrono::seconds SessionVariables::wait_timeout() const {
  static const SystemVariable* const variable = find_system_variable("wait_timeout");
  std::uint32_t seconds = 0;
  const std::string text = shown(*variable, sql::Scope::session);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  SLUICE_ASSERT(error == std::errc());
  return std::chrono::seconds(seconds);
}

SessionTimeZone SessionVariables::time_zone() const {
  static const SystemVariable* const variable = find_system_variable("time_zone");
  return parse_time_zone(shown(*variable, sql::Scope::session)).value_or(SessionTimeZone{});
}

}  // namespace sluice::answers
