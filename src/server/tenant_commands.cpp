#include "server/tenant_commands.h"

#include <algorithm>

#include "mysql/command.h"
#include "sql/management_parser.h"

namespace sluice::server {
namespace {

using mysql::Command;

/// A setting of the session alone.
bool is_session_setting(const sql::Set& set) {
  return std::ranges::none_of(set.assignments, [](const sql::Set::Assignment& assignment) {
    if (const auto* variable = std::get_if<sql::SetSystemVariable>(&assignment)) {
      return variable->scope == sql::Scope::global;
    }
    const auto* transaction = std::get_if<sql::SetTransaction>(&assignment);
    return transaction != nullptr && transaction->scope == sql::Scope::global;
  });
}

CommandPlace place_of(const sql::Statement& statement) {
  if (const auto* set = std::get_if<sql::Set>(&statement)) {
    return is_session_setting(*set) ? CommandPlace::here_and_instance : CommandPlace::instance;
  }
  if (std::holds_alternative<sql::UseDatabase>(statement)) return CommandPlace::here_and_instance;
  if (std::holds_alternative<sql::TransactionControl>(statement)) return CommandPlace::here;
  return CommandPlace::instance;
}

/// Parameters, without FOR, are the instance's own to who has logged in for its tenant.
bool is_of_instance(const sql::ManagementStatement& statement) {
  if (const auto* set = std::get_if<sql::SetParameters>(&statement)) {
    return std::holds_alternative<sql::WholeCluster>(set->level);
  }
  const auto* show = std::get_if<sql::ShowParametersOf>(&statement);
  return show != nullptr && std::holds_alternative<sql::WholeCluster>(show->level);
}

CommandPlace place_of_query(std::string_view text) {
  const auto statement = sql::parse_management_statement(text, {});
  // What cannot be read here may be for the instance, which says what is wrong if not.
  if (!statement || is_of_instance(*statement)) return CommandPlace::instance;
  const auto* plain = std::get_if<sql::Statement>(&*statement);
  return plain == nullptr ? CommandPlace::here : place_of(*plain);
}

}  // namespace

CommandPlace place_of(ByteView payload) {
  if (payload.empty()) return CommandPlace::here;  // malformed, as is said here
  switch (static_cast<Command>(payload.front())) {
    case Command::query:
      return place_of_query(as_text(payload.subspan(1)));
    case Command::quit:
    case Command::ping:
      return CommandPlace::here;
    case Command::init_db:
      return CommandPlace::here_and_instance;
    case Command::reset_connection:
      return CommandPlace::forgets;
    default:
      return CommandPlace::instance;
  }
}

}  // namespace sluice::server
