#include "store/retention.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/log_file_name.h"

namespace sluice::store {
namespace {

/// The first file that stays if the oldest go until the rest has at most `size` bytes.
std::uint64_t first_within(const std::vector<LogFileInfo>& files, std::uint64_t size) {
  std::uint64_t total = std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                                        [](std::uint64_t sum, const LogFileInfo& file) { return sum + file.size; });
  auto kept = files.begin();
  for (; kept + 1 != files.end() && total > size; ++kept)
    total -= kept->size;
  return kept->number;
}

std::uint64_t hard_size(const RetentionLimits& limits) {
  return limits.expire_size * limits.hard_percent / 100;
}

}  // namespace

RetentionPlan plan_retention(const std::vector<LogFileInfo>& files, const std::vector<LogFileTime>& times,
                             const RetentionLimits& limits, std::uint64_t now) {
  RetentionPlan plan;
  if (files.empty()) return plan;
  plan.keep_from = plan.hard_keep_from = files.front().number;
  if (limits.expire_seconds != 0) {
    for (const LogFileTime& file : times) {
      if (file.written + limits.expire_seconds >= now) break;
      plan.keep_from = file.number + 1;
    }
  }
  if (limits.expire_size == 0) return plan;
  plan.keep_from = std::max(plan.keep_from, first_within(files, limits.expire_size));
  if (limits.hard_percent != 0) plan.hard_keep_from = first_within(files, hard_size(limits));
  return plan;
}

Retention::Retention(std::shared_ptr<Log> log, std::function<RetentionLimits()> limits,
                     std::chrono::milliseconds period)
    : log_(std::move(log)), limits_(std::move(limits)) {
  listener_ = log_->listen([alarm = alarm_, log = std::weak_ptr<Log>(log_)] {
    const auto alive = log.lock();
    const std::uint64_t newest = alive ? alive->end().file : 0;
    const std::lock_guard lock(alarm->mutex);
    if (newest == alarm->newest) return;
    alarm->newest = newest;
    alarm->wanted = true;
    alarm->changed.notify_all();
  });
  thread_ = std::thread([this, period] { run(period); });
}

Retention::~Retention() {
  {
    const std::lock_guard lock(alarm_->mutex);
    alarm_->stopping = true;
    alarm_->changed.notify_all();
  }
  thread_.join();
}

void Retention::look_soon() {
  const std::lock_guard lock(alarm_->mutex);
  alarm_->wanted = true;
  alarm_->changed.notify_all();
}

void Retention::run(std::chrono::milliseconds period) {
  std::unique_lock lock(alarm_->mutex);
  while (!alarm_->stopping) {
    alarm_->wanted = false;
    lock.unlock();
    (void)look();
    lock.lock();
    alarm_->changed.wait_for(lock, period, [this] { return alarm_->wanted || alarm_->stopping; });
  }
}

std::size_t Retention::look() {
  const std::lock_guard lock(looking_);
  const RetentionLimits limits = limits_();
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const RetentionPlan plan = plan_retention(log_->files(), log_->file_times(), limits, static_cast<std::uint64_t>(now));
  std::size_t removed = purge(plan.keep_from, false);
  const auto oldest = log_->holds().oldest();
  if (oldest && *oldest < plan.hard_keep_from) {
    revoke(plan.hard_keep_from, limits);
    removed += purge(std::max(plan.keep_from, plan.hard_keep_from), true);
  }
  return removed;
}

std::size_t Retention::purge(std::uint64_t keep_from, bool hard) {
  const auto outcome = log_->purge_to(keep_from);
  if (outcome) {
    if (!hard) tell_who_stops_it(*outcome);
    return outcome->removed.size();
  }
  // Not there: somebody else purged that far, or the log has no file yet.
  if (outcome.error().kind != ErrorKind::not_found) {
    log::error("expired log files could not be removed; it is tried again: {}", outcome.error().message);
  }
  return 0;
}

void Retention::tell_who_stops_it(const PurgeOutcome& outcome) {
  const std::uint64_t file = outcome.in_use.value_or(0);
  if (file != 0 && file != told_in_use_) {
    log::info("{} has expired but stays: {} subscribers are still reading it", binlog::log_file_name(file),
              outcome.readers);
  }
  told_in_use_ = file;
}

void Retention::revoke(std::uint64_t keep_from, const RetentionLimits& limits) {
  const std::string why = fmt::format(
      "the log has grown beyond binlog_expire_logs_hard_percent ({} %) of binlog_expire_logs_size ({} bytes)",
      limits.hard_percent, limits.expire_size);
  const std::size_t readers = log_->holds().revoke_before(keep_from, why);
  log::warning("{} subscribers that read files before {} are disconnected: {}", readers,
               binlog::log_file_name(keep_from), why);
}

}  // namespace sluice::store
