#include <algorithm>

#include "binlog/log_file_name.h"
#include "instance/instance.h"

// REPORT: how the instance is doing, for what manages it.

namespace sluice::instance {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
/// Of all sets of GTIDs together; the oldest boundaries are left out beyond.
constexpr std::size_t gtids_size_max = 1U << 20U;

std::uint64_t number_of_gtids(const binlog::GtidSet& set) {
  std::uint64_t count = 0;
  for (const auto& [source, intervals] : set.sources()) {
    for (const binlog::GtidInterval& interval : intervals) {
      count += interval.end - interval.begin;
    }
  }
  return count;
}

std::uint64_t whole(double rate) {
  return rate <= 0 ? 0 : static_cast<std::uint64_t>(rate + 0.5);
}

std::uint64_t seconds_of(std::int64_t microseconds) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(microseconds, 0) / microseconds_per_second);
}

/// A subscriber that has everything is as far as conversion is.
std::uint64_t oldest_checkpoint(const std::vector<dump::DumpInfo>& dumps, const store::LogPosition& end,
                                std::uint64_t convert_checkpoint) {
  if (dumps.empty()) return 0;
  std::uint64_t oldest = convert_checkpoint;
  for (const dump::DumpInfo& dump : dumps) {
    const bool behind = !dump.waiting() && dump.position != end && dump.timestamp != 0;
    if (behind) oldest = std::min<std::uint64_t>(oldest, dump.timestamp);
  }
  return oldest;
}

std::vector<answers::InstanceReport::Boundary> told_boundaries(const store::Log& log, std::uint64_t since) {
  std::vector<answers::InstanceReport::Boundary> told;
  std::size_t size = 0;
  auto boundaries = log.boundaries(since, answers::report_boundaries_max);
  for (auto boundary = boundaries.rbegin(); boundary != boundaries.rend(); ++boundary) {
    std::string gtids = boundary->previous.text();
    size += gtids.size();
    if (size > gtids_size_max) break;
    told.push_back({.time = boundary->timestamp,
                    .file = binlog::log_file_name(boundary->number),
                    .gtids = std::move(gtids),
                    .count = number_of_gtids(boundary->previous)});
  }
  std::ranges::reverse(told);
  return told;
}

}  // namespace

bool Instance::caught_up() const {
  const std::int64_t idle_since = capture_->totals().idle_since;
  const bool settled = idle_since != 0 && now_in_microseconds() - idle_since >= idle_settled;
  return settled && capture_->status().goes_on();
}

answers::InstanceReport Instance::report(std::uint64_t since) const {
  const CaptureTotals& totals = capture_->totals();
  const std::int64_t wall = now_in_microseconds();
  answers::InstanceReport report;
  const answers::CaptureStatus capture = capture_->status();
  report.capture_state = capture.state;
  report.capture_error = capture.error;
  report.convert_running = capture.goes_on();
  if (const store::LogPosition end = log_->end(); end.file != 0) {
    const auto files = log_->files();
    if (!files.empty()) report.first_log_file = binlog::log_file_name(files.front().number);
    report.log_file = binlog::log_file_name(end.file);
    report.log_position = end.offset;
  }
  const std::int64_t checkpoint = caught_up() ? wall : totals.checkpoint.load();
  report.convert_checkpoint = seconds_of(checkpoint);
  if (checkpoint != 0) {
    report.convert_delay = static_cast<std::uint64_t>(std::max<std::int64_t>(wall - checkpoint, 0) / 1000);
  }
  const auto rates = report_rates_.at(std::chrono::steady_clock::now(), totals);
  report.convert_rps = whole(rates.fetched_events);
  report.convert_eps = whole(rates.stored_events);
  report.convert_iops = whole(rates.stored_bytes);

  const auto dumps = dumps_.snapshot();
  report.dumps = dumps.size();
  report.min_dump_checkpoint = oldest_checkpoint(dumps, log_->end(), report.convert_checkpoint);
  report.dump_errors = dumps_.totals().refused + dumps_.totals().broken;
  report.boundaries = told_boundaries(*log_, since);
  report.gtids_purged = log_->purged().text();
  if (const auto first = log_->first_boundary(); first && !report.gtids_purged.empty()) {
    report.purged_checkpoint = first->timestamp;
  }
  return report;
}

}  // namespace sluice::instance
