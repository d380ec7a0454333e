#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "answers/cancellation.h"
#include "answers/session_variables.h"
#include "answers/statement_waits.h"
#include "answers/user_variables.h"
#include "base/error.h"
#include "sql/expression.h"

namespace sluice::answers {

/// What the value of an expression depends on. Refers to things that live as long as the statement.
struct EvaluationContext {
  const ServerState& server;
  const SqlClient& client;
  const std::string& database;  ///< empty for none
  const SessionVariables& variables;
  const UserVariables& user_variables;
  const Cancellation& cancellation;
  StatementWaits& waits;
  std::chrono::system_clock::time_point now;  ///< when the statement began: the same for all of it
  std::size_t& work;                          ///< bytes of text the statement has gone over so far; 0 at first
  /// The value of a column in a WHERE condition; without it there are no columns.
  std::function<std::optional<sql::Value>(std::string_view name)> column{};
};

/// What one statement may go over, so that it keeps no other client waiting: some tens of milliseconds' worth.
inline constexpr std::size_t work_max = 64U << 20U;

/// The value of an expression. Errors carry MySQL's numbers: 1054 unknown column, 1193 and 1238 of variables, 1305
/// unknown function, 1582 and 1772 of functions, 1690 out of range, 1235 beyond work_max. Never blocks: see waits.
[[nodiscard]] Result<sql::Value> evaluate(const sql::Expression& expression, const EvaluationContext& context);

/// The function that a statement waits for.
inline constexpr std::string_view waiting_function = "WAIT_FOR_EXECUTED_GTID_SET";

}  // namespace sluice::answers
