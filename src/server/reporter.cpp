#include "server/reporter.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/assert.h"
#include "base/file.h"
#include "mysql/server_address.h"
#include "server/replicas.h"

namespace sluice::server {
namespace {

constexpr std::chrono::milliseconds interval{500};
constexpr std::chrono::milliseconds answer_deadline{500};
/// Rounds in which one that did not answer is not asked.
constexpr int rounds_skipped = 3;
/// So long a round waits for those that do not answer, all together: the others' reports have to be fresh.
constexpr std::chrono::seconds waited_max{1};
/// So much free, a disk that was full has room: a good deal more than an instance needs to try it again.
constexpr std::uint64_t room_min = 64U << 20U;

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

Reporter::Reporter(const CipherKey& key, Instances instances, std::function<void()> primary_lost)
    : administrator_(manage::instance_administrator(key)),
      instances_(std::move(instances)),
      primary_lost_(std::move(primary_lost)),
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
    waited_ = {};
    bool lost = false;
    for (const InstanceKeeper::Running& one : instances_()) {
      Asked& entry = asked.emplace(one.name, std::move(asked_[one.name])).first->second;
      reports.push_back(ask(one, entry));
      const bool missed =
          std::exchange(entry.misses_primary, reports.back().capture == misses_primary_state && !one.primary);
      lost = lost || (entry.misses_primary && !missed);
    }
    asked_ = std::move(asked);
    std::unique_lock lock(mutex_);
    reports_ = std::move(reports);
    if (lost) {
      lock.unlock();
      primary_lost_();
      lock.lock();
    }
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
  if (instance.port == 0) return report;                                                   // it still opens its log
  if (std::exchange(asked.pid, instance.pid) != instance.pid) asked.silent_since.reset();  // another process
  if (asked.rounds_to_skip > 0 || waited_ >= waited_max) {
    asked.rounds_to_skip = std::max(asked.rounds_to_skip - 1, 0);
    if (asked.silent_since) tell_silence(asked, report);
    return report;
  }
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = question(instance, asked);
  if (!answer || answer->rows.size() != 1) {
    waited_ += std::chrono::steady_clock::now() - begun;
    if (!asked.silent_since) asked.silent_since = begun;
    asked.rounds_to_skip = rounds_skipped;
    tell_silence(asked, report);
    return report;
  }
  asked.silent_since.reset();
  if (!text_of(*answer, "convert_delay").empty()) report.delay_ms = number_of(*answer, "convert_delay");
  report.subscribers = number_of(*answer, "nof_dump");
  report.first_file = text_of(*answer, "first_log_file");
  report.last_file = text_of(*answer, "log_file");
  report.end_position = static_cast<std::uint64_t>(number_of(*answer, "log_position"));
  report.trouble = text_of(*answer, "capture_error");
  report.capture = text_of(*answer, "capture_state");
  tell_disk(instance, asked, report);
  return report;
}

void Reporter::tell_disk(const InstanceKeeper::Running& instance, Asked& asked, metadb::InstanceReport& report) {
  const bool waits = waits_for_disk(report.capture);
  if (waits) asked.disk_failed = report.capture == disk_failed_state;
  const bool has_room = !asked.disk_failed && free_space(instance.directory).value_or(0) >= room_min;
  const auto trouble =
      asked.disk.see({.waits = waits, .has_room = has_room, .end = end_of(report)}, std::chrono::steady_clock::now());
  if (trouble) report.disk_trouble_ms = trouble->count();
}

void Reporter::tell_silence(const Asked& asked, metadb::InstanceReport& report) {
  using std::chrono::milliseconds;
  report.trouble = "it does not answer";
  const auto silence = std::chrono::steady_clock::now() - *asked.silent_since;
  report.unanswered_ms = std::chrono::duration_cast<milliseconds>(silence).count();
}

}  // namespace sluice::server
