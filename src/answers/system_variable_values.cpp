#include <algorithm>
#include <array>

#include <unistd.h>

#include "answers/session_time_zone.h"
#include "answers/system_variable.h"
#include "binlog/log_file_name.h"

namespace sluice::answers::live_value {

std::string version(const VariableSource& source) {
  return source.server.server_version();
}
std::string server_id(const VariableSource& source) {
  return std::to_string(source.server.server_id());
}
std::string server_uuid(const VariableSource& source) {
  return source.server.server_uuid();
}
std::string gtid_executed(const VariableSource& source) {
  return source.server.log().executed().text(",\n");
}
std::string gtid_purged(const VariableSource& source) {
  return source.server.log().purged().text(",\n");
}

std::string log_directory(const VariableSource& source) {
  return source.server.log().directory().string() + "/";
}

std::string log_basename(const VariableSource& source) {
  const std::string first = binlog::log_file_name(1);
  return log_directory(source) + first.substr(0, first.rfind('.'));
}

std::string log_index(const VariableSource& source) {
  return log_basename(source) + ".index";
}

std::string tls(const VariableSource& source) {
  return source.server.tls_available() ? "YES" : "DISABLED";
}

std::string hostname(const VariableSource& /*source*/) {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string system_time_zone(const VariableSource& /*source*/) {
  return system_time_zone_name();
}
std::string connection_id(const VariableSource& source) {
  return std::to_string(source.client.connection_id);
}
std::string warning_count(const VariableSource& source) {
  return std::to_string(source.diagnostics.size());
}

std::string error_count(const VariableSource& source) {
  return std::to_string(std::ranges::count(source.diagnostics, true, &Diagnostic::error));
}

std::string port(const VariableSource& source) {
  return std::to_string(source.server.port());
}
std::string row_metadata(const VariableSource& source) {
  return source.server.capture_status().row_metadata;
}
std::string rows_query_events(const VariableSource& source) {
  return source.server.capture_status().rows_query_events ? "ON" : "OFF";
}

std::string capture_state(const VariableSource& source) {
  return source.server.capture_status().state;
}
std::string capture_source(const VariableSource& source) {
  return source.server.capture_status().source;
}
std::string capture_error(const VariableSource& source) {
  return source.server.capture_status().error;
}

}  // namespace sluice::answers::live_value
