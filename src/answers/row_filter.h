#pragma once

#include "answers/evaluation.h"
#include "answers/sql_session.h"
#include "base/error.h"
#include "sql/statement.h"

namespace sluice::answers {

/// Whether rows with this text in their first column can be among those a SHOW tells: for leaving out early what LIKE
/// does not match.
[[nodiscard]] bool name_can_match(const sql::ShowFilter& filter, std::string_view name);

/// Leaves the rows a SHOW's LIKE or WHERE lets through. LIKE is about the first column, a condition about all of them,
/// by name in any case. Error 1054 for a column that is not there.
[[nodiscard]] Result<SqlRows> filter_rows(SqlRows rows, const sql::ShowFilter& filter,
                                          const EvaluationContext& context);

}  // namespace sluice::answers
