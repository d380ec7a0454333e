#include "answers/variable_check.h"

#include <fmt/format.h>

#include "answers/administrator.h"
#include "answers/character_sets.h"
#include "answers/session_time_zone.h"
#include "answers/sql_mode.h"
#include "sql/ascii.h"
#include "sql/error_code.h"

namespace sluice::answers {
namespace {

namespace error_code = sql::error_code;
using sql::Value;

std::unexpected<Error> wrong_value(const SystemVariable& variable, const Value& value) {
  return fail(ErrorKind::invalid,
              fmt::format("Variable '{}' can't be set to the value of '{}'", variable.name,
                          sql::text_of(value).value_or("NULL")),
              error_code::wrong_value_for_variable);
}

std::unexpected<Error> wrong_type(const SystemVariable& variable) {
  return fail(ErrorKind::invalid, fmt::format("Incorrect argument type to variable '{}'", variable.name),
              error_code::wrong_type_for_variable);
}

/// A whole number of any size, or nothing for values of another type.
std::optional<sql::Integer128> whole_number(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  return std::nullopt;
}

Result<CheckedValue> check_boolean(const SystemVariable& variable, const Value& value) {
  if (const auto number = whole_number(value)) {
    if (*number == 0 || *number == 1) return CheckedValue{.text = *number == 1 ? "ON" : "OFF", .warning = {}};
    return wrong_value(variable, value);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (sql::equals_ignoring_case(*text, "ON")) return CheckedValue{.text = "ON", .warning = {}};
    if (sql::equals_ignoring_case(*text, "OFF")) return CheckedValue{.text = "OFF", .warning = {}};
    return wrong_value(variable, value);
  }
  if (sql::is_null(value)) return wrong_value(variable, value);
  return wrong_type(variable);
}

Result<CheckedValue> check_integer(const SystemVariable& variable, const Value& value, bool strict) {
  const auto number = whole_number(value);
  if (!number) return wrong_type(variable);
  if (*number >= variable.minimum && *number <= variable.maximum) {
    return CheckedValue{.text = sql::text_of(value), .warning = {}};
  }
  if (strict) return wrong_value(variable, value);
  const std::string nearest =
      *number < variable.minimum ? std::to_string(variable.minimum) : std::to_string(variable.maximum);
  Diagnostic warning{.error = false,
                     .code = error_code::truncated_wrong_value,
                     .message = fmt::format("Truncated incorrect {} value: '{}'", variable.name, *sql::text_of(value))};
  return CheckedValue{.text = nearest, .warning = std::move(warning)};
}

Result<CheckedValue> check_real(const SystemVariable& variable, const Value& value) {
  if (sql::is_null(value) || std::holds_alternative<std::string>(value)) return wrong_type(variable);
  const double number = sql::number_of(value);
  if (number < 0 || number > static_cast<double>(variable.maximum)) return wrong_value(variable, value);
  return CheckedValue{.text = fmt::format("{:.6f}", number), .warning = {}};
}

/// One of a list, by name or by its place.
Result<CheckedValue> check_choice(const SystemVariable& variable, const Value& value) {
  const auto place = whole_number(value);
  const auto* name = std::get_if<std::string>(&value);
  if (!place && !name && !sql::is_null(value)) return wrong_type(variable);
  std::string_view rest = variable.choices;
  for (int index = 0;; ++index) {
    const std::size_t comma = rest.find(',');
    const std::string_view choice = rest.substr(0, comma);
    if ((place && *place == index) || (name && sql::equals_ignoring_case(*name, choice))) {
      return CheckedValue{.text = std::string(choice), .warning = {}};
    }
    if (comma == std::string_view::npos) return wrong_value(variable, value);
    rest.remove_prefix(comma + 1);
  }
}

Result<CheckedValue> check_sql_mode(const SystemVariable& variable, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto mode = parse_sql_mode(*text);
    if (!mode) return wrong_value(variable, Value(mode.error()));
    return CheckedValue{.text = sql_mode_text(*mode), .warning = {}};
  }
  const auto number = whole_number(value);
  if (!number) return sql::is_null(value) ? wrong_value(variable, value) : wrong_type(variable);
  if (*number < 0 || *number > UINT64_MAX || !is_sql_mode(static_cast<std::uint64_t>(*number))) {
    return wrong_value(variable, value);
  }
  return CheckedValue{.text = sql_mode_text(static_cast<std::uint64_t>(*number)), .warning = {}};
}

Result<CheckedValue> check_character_set(const SystemVariable& variable, const std::string& name) {
  const auto character_set = find_character_set(name);
  if (!character_set) {
    return fail(ErrorKind::invalid, fmt::format("Unknown character set: '{}'", name),
                error_code::unknown_character_set);
  }
  if (variable.name == "character_set_client" && !character_set->for_connections) {
    return wrong_value(variable, Value(name));
  }
  return CheckedValue{.text = std::string(character_set->name), .warning = {}};
}

Result<CheckedValue> check_collation(const std::string& name) {
  if (!character_set_of_collation(name)) {
    return fail(ErrorKind::invalid, fmt::format("Unknown collation: '{}'", name), error_code::unknown_collation);
  }
  return CheckedValue{.text = sql::to_lower(name), .warning = {}};
}

Result<CheckedValue> check_time_zone(const std::string& text) {
  const auto zone = parse_time_zone(text);
  if (!zone) {
    return fail(ErrorKind::invalid, fmt::format("Unknown or incorrect time zone: '{}'", text),
                error_code::unknown_time_zone);
  }
  if (!text.contains(':')) return CheckedValue{.text = sql::to_upper(text), .warning = {}};
  const auto minutes = zone->offset->count();
  const auto magnitude = minutes < 0 ? -minutes : minutes;
  return CheckedValue{.text = fmt::format("{}{:02}:{:02}", text.front(), magnitude / 60, magnitude % 60),
                      .warning = {}};
}

Result<CheckedValue> check_text(const SystemVariable& variable, const Value& value) {
  if (sql::is_null(value)) {
    return variable.nullable ? Result<CheckedValue>(CheckedValue{}) : wrong_value(variable, value);
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return wrong_type(variable);
  switch (variable.kind) {
    case SystemVariable::Kind::character_set:
      return check_character_set(variable, *text);
    case SystemVariable::Kind::collation:
      return check_collation(*text);
    case SystemVariable::Kind::time_zone:
      return check_time_zone(*text);
    default:
      break;
  }
  constexpr std::size_t size_max = 4096;
  return text->size() <= size_max ? Result<CheckedValue>(CheckedValue{.text = *text, .warning = {}})
                                  : wrong_value(variable, Value(text->substr(0, 64)));
}

std::unexpected<Error> not_settable(std::string_view name, std::string_view why, int code) {
  return fail(ErrorKind::invalid, fmt::format("Variable '{}' {}", name, why), code);
}

}  // namespace

Result<const SystemVariable*> find_settable_variable(sql::Scope scope, std::string_view name, const SqlClient& client) {
  const SystemVariable* variable = find_system_variable(name);
  if (variable == nullptr) {
    return fail(ErrorKind::not_found, fmt::format("Unknown system variable '{}'", name),
                error_code::unknown_system_variable);
  }
  if (variable->access == SystemVariable::Access::read_only) {
    return not_settable(variable->name, "is a read only variable", error_code::incorrect_variable_scope);
  }
  if (scope == sql::Scope::global) {
    if (variable->scope == SystemVariable::Scope::session) {
      return not_settable(variable->name, "is a SESSION variable and can't be used with SET GLOBAL",
                          error_code::session_variable);
    }
    if (auto may = require_administrator(client, "SUPER or SYSTEM_VARIABLES_ADMIN"); !may) {
      return std::unexpected(std::move(may.error()));
    }
    if (variable->parameter) return variable;
    return not_settable(variable->name, "is a read only variable", error_code::incorrect_variable_scope);
  }
  if (variable->scope == SystemVariable::Scope::global) {
    return not_settable(variable->name, "is a GLOBAL variable and should be set with SET GLOBAL",
                        error_code::global_variable);
  }
  if (variable->access == SystemVariable::Access::global_only) {
    return fail(ErrorKind::invalid,
                fmt::format("SESSION variable '{}' is read-only. Use SET GLOBAL to assign the value", variable->name),
                error_code::session_copy);
  }
  return variable;
}

Result<CheckedValue> check_variable_value(const SystemVariable& variable, const Value& value, bool strict) {
  switch (variable.kind) {
    case SystemVariable::Kind::boolean:
      return check_boolean(variable, value);
    case SystemVariable::Kind::integer:
      return check_integer(variable, value, strict);
    case SystemVariable::Kind::real:
      return check_real(variable, value);
    case SystemVariable::Kind::choice:
      return check_choice(variable, value);
    case SystemVariable::Kind::sql_mode:
      return check_sql_mode(variable, value);
    case SystemVariable::Kind::text:
    case SystemVariable::Kind::character_set:
    case SystemVariable::Kind::collation:
    case SystemVariable::Kind::time_zone:
      break;
  }
  return check_text(variable, value);
}

}  // namespace sluice::answers
