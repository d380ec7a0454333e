#pragma once

#include "answers/diagnostics.h"
#include "answers/evaluation.h"
#include "sql/statement.h"
#include "store/log.h"

namespace sluice::answers {

/// Carries out PURGE BINARY LOGS as MySQL does: the file named, the active one and what a subscriber still reads stay,
/// the latter with a warning. Errors 1227 (no administrator), 1373 (no such file) and 1210 (no time). Blocks on the
/// disk.
[[nodiscard]] Result<void> execute_purge(const sql::PurgeLogs& purge, const EvaluationContext& context, store::Log& log,
                                         Diagnostics& diagnostics);

}  // namespace sluice::answers
