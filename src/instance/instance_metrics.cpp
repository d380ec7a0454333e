#include "instance/instance_metrics.h"

#include <algorithm>

namespace sluice::instance {
namespace {

using metrics::Families;

constexpr double mebibyte = 1024.0 * 1024.0;
constexpr double microseconds_per_second = 1e6;

double seconds(std::int64_t microseconds) {
  return static_cast<double>(microseconds) / microseconds_per_second;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double mebibytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / mebibyte;
}

double count(const std::atomic<std::uint64_t>& counter) {
  return static_cast<double>(counter.load(std::memory_order_relaxed));
}

/// Seconds a subscriber is behind: 0 once it has everything there is, or before its first event.
double delay_of(const dump::DumpInfo& dump, double now) {
  if (dump.waiting() || dump.timestamp == 0) return 0;
  return std::max(now - dump.timestamp, 0.0);
}

/// What subscribers' own metrics are told apart by. No port and no connection id, of which there is no end.
metrics::Labels labels_of(const dump::DumpInfo& dump) {
  const std::string address = dump.subscriber.peer.substr(0, dump.subscriber.peer.rfind(':'));
  return {{"server_id", std::to_string(dump.subscriber.server_id)}, {"address", address}};
}

void add_subscribers(Families& families, const std::vector<dump::DumpInfo>& dumps, double now) {
  std::map<metrics::Labels, double> delays;  // two of one name count as one, the one further behind
  for (const dump::DumpInfo& dump : dumps) {
    metrics::Labels labels = labels_of(dump);
    if (delays.size() >= InstanceMetrics::subscribers_max && !delays.contains(labels)) continue;
    double& delay = delays[std::move(labels)];
    delay = std::max(delay, delay_of(dump, now));
  }
  std::vector<Families::Labelled> values;
  for (const auto& [labels, delay] : delays)
    values.push_back({labels, delay});
  families.gauges("binlog_instance_dump_subscriber_delay",
                  "Seconds between now and the time of the last event sent to this subscriber; 0 if it has all. "
                  "Of the 100 subscribers that have been here longest.",
                  values);
}

}  // namespace

InstanceMetrics::InstanceMetrics(MetricsSources sources)
    : sources_(std::move(sources)),
      cpu_at_start_(metrics::read_process_usage(sources_.data_directory).cpu_seconds),
      cpu_(std::chrono::steady_clock::now()),
      fetched_events_(cpu_),
      stored_events_(cpu_),
      stored_bytes_(cpu_),
      sent_events_(cpu_),
      sent_bytes_(cpu_),
      heartbeats_(cpu_) {}

std::vector<prometheus::MetricFamily> InstanceMetrics::collect() {
  Families families(sources_.labels);
  const Time now = std::chrono::steady_clock::now();
  add_resources(families, now);
  add_conversion(families, now);
  add_subscription(families, now);
  add_requests(families);
  return families.take();
}

void InstanceMetrics::add_resources(Families& families, Time now) {
  const auto usage = metrics::read_process_usage(sources_.data_directory);
  const double cpus = cpu_.rate(usage.cpu_seconds - cpu_at_start_, now);
  std::uint64_t log_size = 0;
  const auto files = sources_.log->files();
  for (const auto& file : files)
    log_size += file.size;
  const std::string name = "binlog_instance_";
  families.gauge(name + "cpu_count", "Processors this process may use, quotas of control groups included.",
                 usage.cpu_count);
  families.gauge(name + "cpu_used_ratio", "Share of these processors' time this process uses at present, 0 to 1.",
                 usage.cpu_count > 0 ? cpus / usage.cpu_count : 0);
  families.gauge(name + "fd_count", "File descriptors this process has open.", static_cast<double>(usage.open_files));
  families.gauge(name + "fd_limit", "File descriptors this process may open.",
                 static_cast<double>(usage.open_files_max));
  families.gauge(name + "mem_total_size_mb", "Memory this process may use: the host's or its control group's, in MiB.",
                 mebibytes(usage.memory_total));
  families.gauge(name + "mem_used_size_mb", "Memory this process has resident, in MiB.", mebibytes(usage.memory_used));
  families.gauge(name + "mem_used_ratio", "mem_used_size_mb as a share of mem_total_size_mb, 0 to 1.",
                 ratio(usage.memory_used, usage.memory_total));
  families.gauge(name + "disk_total_size_mb", "Size of the file system with the data directory, in MiB.",
                 mebibytes(usage.disk_total));
  families.gauge(name + "disk_used_size_mb", "Space in use on that file system, by anybody, in MiB.",
                 mebibytes(usage.disk_used));
  families.gauge(name + "disk_used_ratio", "disk_used_size_mb as a share of disk_total_size_mb, 0 to 1.",
                 ratio(usage.disk_used, usage.disk_total));
  families.gauge(name + "log_size_mb", "Published bytes of this instance's log files, in MiB.", mebibytes(log_size));
  families.gauge(name + "log_file_count", "Log files of this instance.", static_cast<double>(files.size()));
  families.counter(name + "network_rx_bytes",
                   "Bytes received by the network interfaces this process sees, loopback excepted.",
                   static_cast<double>(usage.network_received));
  families.counter(name + "network_wx_bytes",
                   "Bytes sent by the network interfaces this process sees, loopback excepted.",
                   static_cast<double>(usage.network_sent));
}

void InstanceMetrics::add_conversion(Families& families, Time now) {
  const CaptureTotals& capture = *sources_.capture;
  const std::int64_t wall = now_in_microseconds();
  const std::int64_t checkpoint = sources_.caught_up() ? wall : capture.checkpoint.load();
  const double delay = checkpoint == 0 ? 0 : std::max(seconds(wall - checkpoint), 0.0);
  const std::string name = "binlog_instance_convert_";
  families.gauge(name + "running",
                 "1 while the instance is connected to its source, or to its primary, and captures, else 0.",
                 sources_.capture_status().goes_on() ? 1 : 0);
  families.gauge(name + "checkpoint",
                 "All that the source committed before this time is stored; seconds since 1970, 0 before the first "
                 "transaction.",
                 seconds(checkpoint));
  families.gauge(name + "delay", "Seconds between now and the checkpoint; 0 while the source has nothing more to give.",
                 delay);
  families.gauge(name + "fetch_rps", "Events of transactions the source sent a second, at present.",
                 fetched_events_.rate(count(capture.fetched_events), now));
  families.gauge(name + "storage_rps", "Events stored in the log a second, at present.",
                 stored_events_.rate(count(capture.stored_events), now));
  families.gauge(name + "iops", "Bytes appended to the log a second, at present.",
                 stored_bytes_.rate(count(capture.stored_bytes), now));
  families.counter(name + "event_num", "Events stored in the log since the start.", count(capture.stored_events));
  families.counter(name + "event_bytes", "Bytes appended to the log since the start.", count(capture.stored_bytes));
  families.counter(name + "transaction_num", "Transactions stored since the start.", count(capture.transactions));
  families.counter(name + "connect_count", "Connections made to read the source's log since the start.",
                   count(capture.connections));
  families.counter("binlog_instance_gtid_inconsistent_count",
                   "Times capture was refused because the source contradicts the log (other bytes than stored, a GTID "
                   "used again, another database) or says that it lost changes.",
                   count(capture.contradictions));
  families.histogram(name + "publish_delay_seconds",
                     "Seconds from a transaction's commit at the source until subscribers could read it here; of the "
                     "last transaction of each publication. Sources that tell commit times by the second make it up "
                     "to 1 s too long.",
                     capture.committed_to_published.snapshot());
}

void InstanceMetrics::add_subscription(Families& families, Time now) {
  const auto dumps = sources_.dumps->snapshot();
  const dump::DumpTotals& totals = sources_.dumps->totals();
  const double wall = seconds(now_in_microseconds());
  double delay = 0;
  double checkpoint = dumps.empty() ? 0 : wall;
  for (const dump::DumpInfo& dump : dumps) {
    delay = std::max(delay, delay_of(dump, wall));
    if (!dump.waiting() && dump.timestamp != 0) checkpoint = std::min(checkpoint, static_cast<double>(dump.timestamp));
  }
  const std::string name = "binlog_instance_dump_";
  families.gauge(name + "count", "Subscribers being served.", static_cast<double>(dumps.size()));
  families.gauge(name + "delay",
                 "Seconds between now and the time of the last event sent, of the subscriber furthest behind; 0 if all "
                 "have everything.",
                 delay);
  families.gauge(name + "checkpoint",
                 "All subscribers have what was committed before this time; seconds since 1970, 0 without subscribers.",
                 checkpoint);
  families.counter(name + "event_num", "Events of the log sent since the start.", count(totals.events));
  families.counter(name + "event_bytes", "Bytes sent to subscribers since the start.", count(totals.bytes));
  families.counter(name + "error_count",
                   "Dumps since the start that ended with an error told to the subscriber or a connection that failed; "
                   "subscribers that left are none.",
                   count(totals.refused) + count(totals.broken));
  families.gauge(name + "rps", "Events of the log sent a second, at present.",
                 sent_events_.rate(count(totals.events), now));
  families.gauge(name + "iops", "Bytes sent to subscribers a second, at present.",
                 sent_bytes_.rate(count(totals.bytes), now));
  families.gauge(name + "heartbeat_rps", "Heartbeats sent to subscribers a second, at present.",
                 heartbeats_.rate(count(totals.heartbeats), now));
  families.histogram(name + "send_delay_seconds",
                     "Seconds from a publication until the write that sent it to a subscriber was over; one "
                     "observation a write, of subscribers that keep up.",
                     totals.published_to_sent.snapshot());
  add_subscribers(families, dumps, wall);
}

void InstanceMetrics::add_requests(Families& families) const {
  const listen::ConnectionTotals& serving = *sources_.serving;
  families.counter("binlog_sql_request_count", "SQL statements executed since the start.", count(*sources_.statements));
  families.counter("binlog_dump_request_count", "Dump commands since the start.",
                   count(sources_.dumps->totals().requests));
  families.gauge("binlog_instance_connection_count", "Client connections open.",
                 static_cast<double>(sources_.connections()));
  families.counter("binlog_instance_connection_accepted_count", "Client connections accepted since the start.",
                   count(serving.connections));
  families.counter("binlog_instance_connection_refused_count",
                   "Client connections refused since the start because there were too many.",
                   count(serving.refused_connections));
  families.counter("binlog_instance_connection_blocked_count",
                   "Client connections refused since the start because log-ins from their address failed too often.",
                   count(serving.blocked_connections));
  families.counter("binlog_instance_handshake_evicted_count",
                   "Client connections closed since the start because they were logging in for longest while there "
                   "were too many.",
                   count(serving.evicted_handshakes));
  families.counter("binlog_instance_login_failed_count", "Log-ins that failed since the start.",
                   count(serving.failed_logins));
}

}  // namespace sluice::instance
