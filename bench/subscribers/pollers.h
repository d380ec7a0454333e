#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "subscribers/subscription.h"

namespace sluice::bench {

/// CLOCK_MONOTONIC, which other programs of the machine see too.
[[nodiscard]] std::int64_t now_nanoseconds();
/// CPU time a process has used until now, its system calls included.
[[nodiscard]] double cpu_seconds_of(int pid);
[[nodiscard]] double own_cpu_seconds();

/// Reads some subscriptions in the calling thread until none is left.
///
/// `arrived` is called after each read, with the event types that came and when; it says whether the subscription goes
/// on. A subscription that fails or is refused ends too. Returns how many failed.
class Poller {
 public:
  /// What one read brought.
  struct Arrival {
    Subscription& subscription;
    std::size_t index;  ///< of the subscription
    std::int64_t time;
    std::uint64_t transactions;  ///< that ended in it
    std::uint64_t first_gtids;   ///< GTID events in it
  };
  using Arrived = std::function<bool(const Arrival&)>;

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(Subscription& subscription, std::size_t index);
  std::size_t run(const Arrived& arrived, const std::atomic<bool>& stop);

 private:
  struct Entry {
    Subscription* subscription;
    std::size_t index;
  };
  /// Whether the subscription goes on.
  bool read(const Entry& entry, const Arrived& arrived);

  int epoll_;
  std::vector<Entry> entries_;
  Bytes buffer_;
  std::size_t failed_ = 0;
};

}  // namespace sluice::bench
