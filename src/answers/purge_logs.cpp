#include "answers/purge_logs.h"

#include <algorithm>

#include <fmt/format.h>

#include "answers/administrator.h"
#include "binlog/log_file_name.h"
#include "sql/error_code.h"

namespace sluice::answers {
namespace {

std::unexpected<Error> no_time() {
  return fail(ErrorKind::invalid, "Incorrect arguments to PURGE LOGS BEFORE", sql::error_code::wrong_arguments);
}

Result<std::int64_t> find_time(const sql::PurgeLogs& purge, const EvaluationContext& context) {
  const auto value = evaluate(*purge.before, context);
  if (!value) return std::unexpected(value.error());
  const auto text = sql::text_of(*value);
  const auto time = text ? parse_time(*text, context.variables.time_zone()) : std::nullopt;
  if (!time) return no_time();
  return *time - purge.seconds_less;
}

void warn(Diagnostics& diagnostics, int code, std::string message) {
  diagnostics.push_back({.error = false, .code = code, .message = std::move(message)});
}

/// What of the files that were to go did not. `wanted` is how many were.
void explain(const store::PurgeOutcome& outcome, std::size_t wanted, const store::Log& log, Diagnostics& diagnostics) {
  if (!outcome.in_use) return;
  warn(diagnostics, sql::error_code::purge_log_in_use,
       fmt::format("file {} was not purged because it was being read by {} thread(s), purged only {} out of {} files.",
                   log.path_of(*outcome.in_use).string(), outcome.readers, outcome.removed.size(), wanted));
}

Result<void> purge_to(const std::string& name, store::Log& log, Diagnostics& diagnostics) {
  const auto number = binlog::log_file_number(name);
  const auto files = log.files();
  const auto wanted = std::ranges::count_if(files, [&](const auto& file) { return file.number < number; });
  const auto outcome = number ? log.purge_to(*number) : fail(ErrorKind::not_found, "not a log file's name");
  if (outcome) {
    explain(*outcome, static_cast<std::size_t>(wanted), log, diagnostics);
    return {};
  }
  if (outcome.error().kind != ErrorKind::not_found) return std::unexpected(outcome.error());
  return fail(ErrorKind::not_found, "Target log not found in binlog index", sql::error_code::unknown_target_log);
}

Result<void> purge_before(std::int64_t time, store::Log& log, Diagnostics& diagnostics) {
  const auto times = log.file_times();
  const auto later = std::ranges::find_if(times, [&](const auto& file) { return file.written >= time; });
  const auto wanted = static_cast<std::size_t>(later - times.begin());
  const auto outcome = log.purge_before(time);
  if (!outcome) return std::unexpected(outcome.error());
  explain(*outcome, wanted, log, diagnostics);
  return {};
}

}  // namespace

Result<void> execute_purge(const sql::PurgeLogs& purge, const EvaluationContext& context, store::Log& log,
                           Diagnostics& diagnostics) {
  if (auto may = require_administrator(context.client, "SUPER or BINLOG_ADMIN"); !may) return may;
  if (purge.to) return purge_to(*purge.to, log, diagnostics);
  const auto time = find_time(purge, context);
  return time ? purge_before(*time, log, diagnostics) : std::unexpected(time.error());
}

}  // namespace sluice::answers
