#include "metadb/instance_report.h"

#include <nlohmann/json.hpp>

namespace sluice::metadb {

std::string to_json(std::span<const InstanceReport> reports) {
  nlohmann::json list = nlohmann::json::array();
  for (const InstanceReport& report : reports) {
    list.push_back({{"name", report.name},
                    {"state", to_text(report.state)},
                    {"pid", report.pid},
                    {"delay_ms", report.delay_ms},
                    {"subscribers", report.subscribers},
                    {"first_file", report.first_file},
                    {"last_file", report.last_file},
                    {"end_position", report.end_position},
                    {"cpu_used", report.cpu_used},
                    {"memory_used", report.memory_used},
                    {"disk_used", report.disk_used},
                    {"trouble", report.trouble},
                    {"capture", report.capture},
                    {"unanswered_ms", report.unanswered_ms},
                    {"disk_trouble_ms", report.disk_trouble_ms}});
  }
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<InstanceReport>> parse_reports(std::string_view json) {
  std::vector<InstanceReport> reports;
  try {
    const InstanceReport usual;
    for (const auto& item : nlohmann::json::parse(json)) {
      const auto state = parse_instance_state(item.value("state", ""));
      if (!state) return std::unexpected(state.error());
      reports.push_back({.name = item.value("name", ""),
                         .state = *state,
                         .pid = item.value("pid", usual.pid),
                         .delay_ms = item.value("delay_ms", usual.delay_ms),
                         .subscribers = item.value("subscribers", usual.subscribers),
                         .first_file = item.value("first_file", ""),
                         .last_file = item.value("last_file", ""),
                         .end_position = item.value("end_position", usual.end_position),
                         .cpu_used = item.value("cpu_used", usual.cpu_used),
                         .memory_used = item.value("memory_used", usual.memory_used),
                         .disk_used = item.value("disk_used", usual.disk_used),
                         .trouble = item.value("trouble", ""),
                         .capture = item.value("capture", ""),
                         .unanswered_ms = item.value("unanswered_ms", usual.unanswered_ms),
                         .disk_trouble_ms = item.value("disk_trouble_ms", usual.disk_trouble_ms)});
    }
    return reports;
  } catch (const std::exception&) {
    return fail(ErrorKind::corrupt, "a server's report in the MetaDB is not the JSON this program writes");
  }
}

}  // namespace sluice::metadb
