#include "answers/set_statement.h"

#include <charconv>

#include <fmt/format.h>

#include "answers/character_sets.h"
#include "answers/variable_check.h"
#include "base/assert.h"
#include "sql/error_code.h"

namespace sluice::answers {
namespace {

namespace error_code = sql::error_code;
using sql::Value;

/// A value that was found and checked, to be stored.
struct UserChange {
  std::string name;
  Value value;
};

struct SystemChange {
  const SystemVariable* variable = nullptr;
  bool global = false;
  bool to_default = false;
  std::optional<std::string> value;
};

using Change = std::variant<UserChange, SystemChange>;

const SystemVariable& known_variable(std::string_view name) {
  const SystemVariable* variable = find_system_variable(name);
  SLUICE_ASSERT(variable != nullptr);
  return *variable;
}

class SetChecker {
 public:
  SetChecker(const EvaluationContext& context, Diagnostics& diagnostics)
      : context_(context), diagnostics_(diagnostics) {}

  Result<void> operator()(const sql::SetUserVariable& assignment) {
    auto value = evaluate(assignment.value, context_);
    if (!value) return std::unexpected(std::move(value.error()));
    changes_.emplace_back(UserChange{assignment.name, std::move(*value)});
    return {};
  }

  Result<void> operator()(const sql::SetSystemVariable& assignment) {
    const auto variable = find_settable_variable(assignment.scope, assignment.name, context_.client);
    if (!variable) return std::unexpected(variable.error());
    if (!assignment.value) {
      changes_.emplace_back(SystemChange{
          .variable = *variable, .global = assignment.scope == sql::Scope::global, .to_default = true, .value = {}});
      return {};
    }
    // A bare word is a value here: SET sql_mode = ANSI.
    const auto* word = std::get_if<sql::Name>(&assignment.value->node);
    const auto value = word != nullptr ? Result<Value>(word->text) : evaluate(*assignment.value, context_);
    if (!value) return std::unexpected(value.error());
    return change(**variable, *value, assignment.scope);
  }

  /// character_set_client, _results and _connection are the named one.
  Result<void> operator()(const sql::SetNames& names) {
    if (!names.character_set) {
      for (const char* name : {"character_set_client", "character_set_results", "character_set_connection"}) {
        changes_.emplace_back(
            SystemChange{.variable = &known_variable(name), .global = false, .to_default = true, .value = {}});
      }
      return {};
    }
    if (auto changed = change_connection(*names.character_set); !changed) return changed;
    if (!names.collation) return change(known_variable("character_set_connection"), Value(*names.character_set));
    const auto of_collation = character_set_of_collation(*names.collation);
    const auto named = find_character_set(*names.character_set);
    if (of_collation && named && of_collation->name != named->name) {
      return fail(ErrorKind::invalid,
                  fmt::format("COLLATION '{}' is not valid for CHARACTER SET '{}'", *names.collation, named->name),
                  error_code::collation_mismatch);
    }
    return change(known_variable("collation_connection"), Value(*names.collation));
  }

  /// As NAMES, but the connection's is the database's.
  Result<void> operator()(const sql::SetCharacterSet& set) {
    const std::string name = set.character_set.value_or("utf8mb4");
    if (auto changed = change_connection(name); !changed) return changed;
    const std::string database = context_.variables.shown(known_variable("collation_database"), sql::Scope::session);
    return change(known_variable("collation_connection"), Value(database));
  }

  /// Without a scope it is about the next transaction, and there never is one.
  Result<void> operator()(const sql::SetTransaction& transaction) {
    if (transaction.scope == sql::Scope::unspecified) return {};
    if (transaction.isolation) {
      const auto variable = find_settable_variable(transaction.scope, "transaction_isolation", context_.client);
      if (!variable) return std::unexpected(variable.error());
      if (auto changed = change(**variable, Value(*transaction.isolation)); !changed) return changed;
    }
    if (transaction.read_only) {
      const auto variable = find_settable_variable(transaction.scope, "transaction_read_only", context_.client);
      if (!variable) return std::unexpected(variable.error());
      return change(**variable, sql::truth(*transaction.read_only));
    }
    return {};
  }

  [[nodiscard]] std::vector<Change> take_changes() && { return std::move(changes_); }

 private:
  Result<void> change(const SystemVariable& variable, const Value& value, sql::Scope scope = sql::Scope::session) {
    auto checked = check_variable_value(variable, value, context_.variables.strict());
    if (!checked) return std::unexpected(std::move(checked.error()));
    if (checked->warning && diagnostics_.size() < diagnostics_max) diagnostics_.push_back(std::move(*checked->warning));
    changes_.emplace_back(SystemChange{.variable = &variable,
                                       .global = scope == sql::Scope::global,
                                       .to_default = false,
                                       .value = std::move(checked->text)});
    return {};
  }

  Result<void> change_connection(const std::string& character_set) {
    if (auto changed = change(known_variable("character_set_client"), Value(character_set)); !changed) return changed;
    return change(known_variable("character_set_results"), Value(character_set));
  }

  const EvaluationContext& context_;
  Diagnostics& diagnostics_;
  std::vector<Change> changes_;
};

/// The value a parameter is to have, or nothing if it goes back to the configuration's.
parameters::Change parameter_change(const SystemChange& change) {
  SLUICE_ASSERT(change.variable->parameter);
  parameters::Change made{.parameter = *change.variable->parameter, .value = {}};
  if (change.to_default || !change.value) return made;
  if (change.variable->kind == SystemVariable::Kind::boolean) {
    made.value = *change.value == "ON" ? 1 : 0;
    return made;
  }
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(change.value->data(), change.value->data() + change.value->size(), number);
  SLUICE_ASSERT(error == std::errc());
  made.value = number;
  return made;
}

/// Of all that are global at once, so that either all or none are stored.
Result<void> change_parameters(const std::vector<Change>& changes, parameters::Parameters& parameters) {
  std::vector<parameters::Change> made;
  for (const Change& change : changes) {
    const auto* system = std::get_if<SystemChange>(&change);
    if (system != nullptr && system->global) made.push_back(parameter_change(*system));
  }
  return made.empty() ? Result<void>() : parameters.change(made);
}

}  // namespace

Result<void> execute_set(const sql::Set& set, const EvaluationContext& context, SessionVariables& variables,
                         UserVariables& user_variables, Diagnostics& diagnostics) {
  SetChecker checker(context, diagnostics);
  for (const sql::Set::Assignment& assignment : set.assignments) {
    if (auto checked = std::visit(checker, assignment); !checked) return checked;
  }
  std::vector<Change> changes = std::move(checker).take_changes();
  if (auto changed = change_parameters(changes, context.server.parameters()); !changed) return changed;
  for (Change& change : changes) {
    if (auto* user = std::get_if<UserChange>(&change)) {
      if (auto stored = user_variables.set(user->name, std::move(user->value)); !stored) return stored;
    } else if (auto& system = std::get<SystemChange>(change); system.global) {
      continue;
    } else if (system.to_default) {
      variables.set_default(*system.variable);
    } else {
      variables.set(*system.variable, std::move(system.value));
    }
  }
  return {};
}

}  // namespace sluice::answers
