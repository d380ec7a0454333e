#include "answers/follower_statements.h"

#include <fmt/format.h>

#include "answers/administrator.h"
#include "answers/answers.h"
#include "binlog/log_file_name.h"
#include "sql/error_code.h"
#include "sql/utf8.h"
#include "store/file_checksum.h"

namespace sluice::answers {
namespace {

constexpr std::string_view privileges = "SUPER or REPLICATION_SLAVE_ADMIN";

std::unexpected<Error> cannot_show(std::string_view what, const Error& why) {
  return fail(why.kind, fmt::format("Error when executing command SHOW BINLOG {}: {}", what, why.message),
              sql::error_code::error_when_executing);
}

/// The published bytes of a file; ErrorKind::not_found if it is not there.
Result<store::LogFileInfo> find_file(const store::Log& log, const std::string& name) {
  const auto number = binlog::log_file_number(name);
  const auto file = number ? log.file(*number) : std::nullopt;
  if (!file) return fail(ErrorKind::not_found, fmt::format("there is no file {}", sql::utf8_start(name, 64)));
  return *file;
}

}  // namespace

Result<SqlRows> answer_binlog_marks(const sql::ShowBinlogMarks& show, const EvaluationContext& context) {
  using Type = SqlColumn::Type;
  if (auto may = require_administrator(context.client, privileges); !may) return std::unexpected(may.error());
  const std::uint64_t count_max = show.count_max.value_or(binlog_marks_max);
  if (count_max > binlog_marks_max) {
    return fail(ErrorKind::invalid,
                fmt::format("Incorrect arguments to SHOW BINLOG MARKS: LIMIT is at most {}", binlog_marks_max),
                sql::error_code::wrong_arguments);
  }
  const store::Log& log = context.server.log();
  const auto file = find_file(log, show.file);
  if (!file) return cannot_show("MARKS", file.error());
  const auto marks = log.resume_marks({file->number, show.from}, count_max);
  if (!marks) return cannot_show("MARKS", marks.error());

  SqlRows answer{.columns = {{"offset", Type::unsigned_integer},
                             {"previous_timestamp", Type::unsigned_integer},
                             {"source_place", Type::text}},
                 .rows = {}};
  std::size_t size = 0;
  for (const store::Mark& mark : *marks) {
    constexpr std::size_t row_overhead = 256;  // memory beside the text
    size += mark.source_place.size() + row_overhead;
    if (size > answer_size_max && !answer.rows.empty()) break;
    answer.rows.push_back({std::to_string(mark.offset), std::to_string(mark.previous_timestamp), mark.source_place});
  }
  return answer;
}

Result<SqlRows> answer_binlog_checksum(const sql::ShowBinlogChecksum& show, const EvaluationContext& context) {
  using Type = SqlColumn::Type;
  if (auto may = require_administrator(context.client, privileges); !may) return std::unexpected(may.error());
  const store::Log& log = context.server.log();
  const auto file = find_file(log, show.file);
  if (!file) return cannot_show("CHECKSUM", file.error());
  const std::uint64_t size = show.to.value_or(file->size);
  const auto interrupted = [&] { return context.cancellation.cancelled(); };
  const auto checksum = store::file_checksum(log, {file->number, size}, interrupted);
  if (!checksum && checksum.error().kind == ErrorKind::closed) {
    return fail(ErrorKind::closed, "Query execution was interrupted", sql::error_code::interrupted);
  }
  if (!checksum) return cannot_show("CHECKSUM", checksum.error());
  return SqlRows{
      .columns = {{"log_name", Type::text}, {"size", Type::unsigned_integer}, {"checksum", Type::text}},
      .rows = {{binlog::log_file_name(file->number), std::to_string(size), fmt::format("{:016x}", *checksum)}}};
}

}  // namespace sluice::answers
