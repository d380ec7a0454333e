#include "answers/report.h"

#include <fmt/format.h>

namespace sluice::answers {

SqlRows answer_report(const InstanceReport& report) {
  std::string boundaries;
  for (const InstanceReport::Boundary& boundary : report.boundaries) {
    boundaries += fmt::format("{}{}#{}#{}#{}", boundaries.empty() ? "" : "|", boundary.time, boundary.file,
                              boundary.gtids, boundary.count);
  }
  SqlRows answer;
  auto& row = answer.rows.emplace_back();
  const auto number = [&](std::string name, std::optional<std::uint64_t> value) {
    answer.columns.push_back({.name = std::move(name), .type = SqlColumn::Type::unsigned_integer});
    row.push_back(value ? std::optional(std::to_string(*value)) : std::nullopt);
  };
  const auto text = [&](std::string name, std::string value) {
    answer.columns.push_back({.name = std::move(name), .type = SqlColumn::Type::text});
    row.emplace_back(std::move(value));
  };
  number("convert_running", report.convert_running ? 1 : 0);
  number("convert_delay", report.convert_delay);
  number("convert_rps", report.convert_rps);
  number("convert_eps", report.convert_eps);
  number("convert_iops", report.convert_iops);
  number("nof_dump", report.dumps);
  number("min_dump_checkpoint", report.min_dump_checkpoint);
  text("incr_gtid_seq", std::move(boundaries));
  text("last_gtid_purged", report.gtids_purged);
  number("convert_checkpoint", report.convert_checkpoint);
  number("dump_error_count", report.dump_errors);
  number("last_checkpoint_purged", report.purged_checkpoint);
  text("first_log_file", report.first_log_file);
  text("log_file", report.log_file);
  number("log_position", report.log_position);
  text("capture_state", report.capture_state);
  text("capture_error", report.capture_error);
  return answer;
}

}  // namespace sluice::answers
