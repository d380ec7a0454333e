#pragma once

#include "answers/diagnostics.h"
#include "answers/evaluation.h"
#include "base/error.h"
#include "sql/statement.h"

namespace sluice::answers {

/// Carries out a SET: all values are found and checked before the first is stored, so that it is done as a whole or not
/// at all, and a variable on the right has the value it had before. Warnings are added to `diagnostics`. Blocks on the
/// disk if a global variable is set: those are parameters.
///
/// `variables` and `user_variables` are those `context` reads.
[[nodiscard]] Result<void> execute_set(const sql::Set& set, const EvaluationContext& context,
                                       SessionVariables& variables, UserVariables& user_variables,
                                       Diagnostics& diagnostics);

}  // namespace sluice::answers
