#include "server/reporter.h"

#include <cstdlib>

#include "base/assert.h"
#include "mysql/server_address.h"

namespace sluice::server {
namespace {

constexpr std::chrono::seconds interval{1};
constexpr std::chrono::seconds answer_deadline{1};
/// Rounds in which one that did not answer is not asked.
constexpr int rounds_skipped = 5;

std::string text_of(const mysql::QueryResult& answer, std::string_view column) {
  for (std::size_t i = 0; i < answer.columns.size(); ++i) {
    if (answer.columns[i] == column) return answer.rows.front()[i].value_or("");
  }
  return {};
}

std::int64_t number_of(const mysql::QueryResult& answer, std::string_view column) {
  return std::strtoll(text_of(answer, column).c_str(), nullptr, 10);
}

std::shared_ptr<mysql::Interruption> make_interruption() {
  auto made = mysql::Interruption::make();
  SLUICE_ASSERT(made.has_value());  // at the start there are descriptors
  return std::move(*made);
}

}  // namespace

Reporter::Reporter(const CipherKey& key, Instances instances)
    : administrator_(manage::instance_administrator(key)),
      instances_(std::move(instances)),
      interruption_(make_interruption()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Reporter::~Reporter() {
  interruption_->request();
  thread_.request_stop();
  wake_.notify_all();
}

std::vector<metadb::InstanceReport> Reporter::reports() const {
  const std::lock_guard lock(mutex_);
  return reports_;
}

void Reporter::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<metadb::InstanceReport> reports;
    std::map<std::string, Asked> asked;
    for (const InstanceKeeper::Running& one : instances_()) {
      Asked& entry = asked.emplace(one.name, std::move(asked_[one.name])).first->second;
      reports.push_back(ask(one, entry));
    }
    asked_ = std::move(asked);
    std::unique_lock lock(mutex_);
    reports_ = std::move(reports);
    wake_.wait_for(lock, stop, interval, [] { return false; });
  }
}

Result<mysql::QueryResult> Reporter::question(const InstanceKeeper::Running& instance, Asked& asked) {
  if (!asked.client || asked.port != instance.port || !asked.client->is_open()) {
    mysql::ClientOptions options;
    options.role = "instance";
    options.address = mysql::to_text({.host = instance.ip, .port = instance.port});
    options.user = administrator_.user;
    options.password = administrator_.password;
    options.tls.mode = mysql::TlsMode::off;  // it is this host
    options.connect_deadline = answer_deadline;
    options.answer_deadline = answer_deadline;
    options.receive_buffer_size = 16U << 10U;
    asked.client = std::make_unique<mysql::Client>(std::move(options), interruption_);
    asked.port = instance.port;
    if (auto connected = asked.client->connect(); !connected) return std::unexpected(std::move(connected.error()));
  }
  return asked.client->query(manage::short_report);
}

metadb::InstanceReport Reporter::ask(const InstanceKeeper::Running& instance, Asked& asked) {
  metadb::InstanceReport report{.name = instance.name, .state = instance.state, .pid = instance.pid};
  const ProcessMeter::Use use = asked.meter.measure(instance.pid, instance.directory);
  report.cpu_used = use.processors;
  report.memory_used = use.memory;
  report.disk_used = use.disk;
  if (instance.port == 0) return report;  // it still opens its log
  if (asked.rounds_to_skip > 0) {
    --asked.rounds_to_skip;
    report.trouble = "it does not answer";
    return report;
  }
  const auto answer = question(instance, asked);
  if (!answer || answer->rows.size() != 1) {
    asked.rounds_to_skip = rounds_skipped;
    report.trouble = "it does not answer";
    return report;
  }
  report.delay_ms = number_of(*answer, "convert_delay");
  report.subscribers = number_of(*answer, "nof_dump");
  report.first_file = text_of(*answer, "first_log_file");
  report.last_file = text_of(*answer, "log_file");
  report.end_position = static_cast<std::uint64_t>(number_of(*answer, "log_position"));
  report.trouble = text_of(*answer, "capture_error");
  return report;
}

}  // namespace sluice::server
