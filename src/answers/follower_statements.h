#pragma once

#include "answers/evaluation.h"
#include "answers/sql_session.h"
#include "base/error.h"
#include "sql/statement.h"

namespace sluice::answers {

/// Rows of SHOW BINLOG MARKS at the most, and without LIMIT.
inline constexpr std::uint64_t binlog_marks_max = 10'000;

// What an instance that follows another one asks it about its log. For administrators: error 1227 for all others. Both
// block on the disk.

/// SHOW BINLOG MARKS: offset, previous_timestamp and source_place of the marks at which conversion can be taken up. An
/// answer that would be larger than answer_size_max ends earlier, but never before its first row. Error 1220 if the
/// file is not there, 1210 for a LIMIT above binlog_marks_max.
[[nodiscard]] Result<SqlRows> answer_binlog_marks(const sql::ShowBinlogMarks& show, const EvaluationContext& context);

/// SHOW BINLOG CHECKSUM: log_name, size (how many bytes) and checksum (store/file_checksum.h, 16 hexadecimal digits).
/// Error 1220 if the file is not there or shorter, 1317 if interrupted.
[[nodiscard]] Result<SqlRows> answer_binlog_checksum(const sql::ShowBinlogChecksum& show,
                                                     const EvaluationContext& context);

}  // namespace sluice::answers
