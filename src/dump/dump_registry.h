#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dump/dump_limits.h"
#include "dump/dump_totals.h"
#include "dump/rate_window.h"
#include "dump/subscriber.h"
#include "store/log_position.h"

namespace sluice::dump {

enum class DumpState : std::uint8_t {
  ahead,     ///< waits for the log to reach where it wants to begin
  starting,  ///< looks for the place to begin at
  sending,
  waiting,  ///< has sent everything there is
};

inline constexpr std::size_t known_gtids_size_max = 64U << 10U;

/// One running dump at one moment, as statements and metrics show it.
struct DumpInfo {
  Subscriber subscriber;    ///< without gtid_data
  std::string known_gtids;  ///< that as text, cut at known_gtids_size_max; empty without COM_BINLOG_DUMP_GTID
  std::chrono::system_clock::time_point since;

  DumpState state = DumpState::starting;
  store::LogPosition position;    ///< behind the last event handed to the system, skipped ones included; 0: starting
  std::uint64_t sent_bytes = 0;   ///< all that went out, framing included
  std::uint64_t sent_events = 0;  ///< those of the log: no heartbeats, no artificial events
  std::uint64_t heartbeats = 0;   ///< sent
  std::uint64_t rotates = 0;      ///< artificial ones sent
  std::uint32_t timestamp = 0;    ///< of the last event sent: seconds since 1970; 0: none yet
  RateWindow::Rates rates;
  std::uint64_t acknowledgements = 0;  ///< received from a semi-synchronous subscriber
  store::LogPosition acknowledged;     ///< the last; 0: none

  [[nodiscard]] bool waiting() const { return state == DumpState::waiting; }
};

/// The running dumps of an instance. Any thread.
class DumpRegistry {
 public:
  /// What a dump keeps up to date while it runs; it leaves the registry with its last reference. The numbers are read
  /// one by one, so a snapshot may mix two moments.
  struct Entry {
    Entry(const Subscriber& its_subscriber, DumpTotals& its_totals);

    /// Takes note of a write; the dump's own thread.
    void count_sent(std::uint64_t bytes, std::uint64_t events);

    DumpTotals& totals;
    Subscriber subscriber;    ///< never changed
    std::string known_gtids;  ///< never changed
    const std::chrono::system_clock::time_point since;
    std::atomic<DumpState> state{DumpState::starting};
    std::atomic<std::uint64_t> file{0};
    std::atomic<std::uint64_t> offset{0};
    std::atomic<std::uint64_t> sent_bytes{0};
    std::atomic<std::uint64_t> sent_events{0};
    std::atomic<std::uint64_t> heartbeats{0};
    std::atomic<std::uint64_t> rotates{0};
    std::atomic<std::uint32_t> timestamp{0};
    RateWindow rates;
    std::atomic<std::uint64_t> acknowledgements{0};
    std::atomic<std::uint64_t> acknowledged_file{0};
    std::atomic<std::uint64_t> acknowledged_offset{0};
  };

  /// Nothing if there are as many dumps as the limits allow. Those for the same uuid, which the new one replaces, do
  /// not count, nor do followers.
  [[nodiscard]] std::shared_ptr<Entry> add(const Subscriber& subscriber);

  /// Connections of the dumps for subscribers of this uuid.
  [[nodiscard]] std::vector<std::uint32_t> connections_of(std::string_view uuid) const;

  /// In the order the dumps began.
  [[nodiscard]] std::vector<DumpInfo> snapshot() const;

  /// Of running dumps and those that ended.
  [[nodiscard]] DumpTotals& totals() { return totals_; }
  [[nodiscard]] const DumpTotals& totals() const { return totals_; }

  [[nodiscard]] DumpLimits& limits() { return limits_; }
  /// Those that hold for this subscriber.
  [[nodiscard]] const DumpLimits& limits_of(const Subscriber& subscriber) const {
    return subscriber.follower ? no_limits_ : limits_;
  }

 private:
  DumpTotals totals_;
  DumpLimits limits_;
  const DumpLimits no_limits_{};
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<Entry>> entries_;
};

}  // namespace sluice::dump
