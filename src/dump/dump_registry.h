#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dump/dump_limits.h"
#include "dump/dump_totals.h"
#include "dump/subscriber.h"
#include "store/log_position.h"

namespace sluice::dump {

/// One running dump, as statements and metrics show it.
struct DumpInfo {
  std::uint32_t connection_id = 0;
  std::uint32_t server_id = 0;
  std::string uuid;
  std::string user;
  std::string peer;
  store::LogPosition position;  ///< behind the last event handed to the system, skipped ones included
  std::uint64_t sent_bytes = 0;
  std::uint64_t sent_events = 0;  ///< those of the log: no heartbeats, no artificial events
  bool waiting = false;           ///< has everything there is
  std::uint32_t timestamp = 0;    ///< of the last event sent, seconds since 1970; 0 before the first
  std::chrono::system_clock::time_point since;
};

/// The running dumps of an instance. Any thread.
class DumpRegistry {
 public:
  /// What a dump keeps up to date while it runs; it leaves the registry with its last reference. The numbers are read
  /// one by one, so a snapshot may mix two moments.
  struct Entry {
    Entry(const Subscriber& subscriber, const store::LogPosition& start, DumpTotals& its_totals);

    /// Takes note of a write.
    void count_sent(std::uint64_t bytes, std::uint64_t events);

    const DumpInfo fixed;
    DumpTotals& totals;
    std::atomic<std::uint64_t> file;
    std::atomic<std::uint64_t> offset;
    std::atomic<std::uint64_t> sent_bytes{0};
    std::atomic<std::uint64_t> sent_events{0};
    std::atomic<bool> waiting{false};
    std::atomic<std::uint32_t> timestamp{0};
  };

  /// Nothing if there are as many dumps as the limits allow.
  [[nodiscard]] std::shared_ptr<Entry> add(const Subscriber& subscriber, const store::LogPosition& start);

  /// In the order the dumps began.
  [[nodiscard]] std::vector<DumpInfo> snapshot() const;

  /// Of running dumps and those that ended.
  [[nodiscard]] DumpTotals& totals() { return totals_; }

  [[nodiscard]] DumpLimits& limits() { return limits_; }

 private:
  DumpTotals totals_;
  DumpLimits limits_;
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace sluice::dump
