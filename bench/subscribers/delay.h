#pragma once

#include "subscribers/pollers.h"

namespace sluice::bench {

/// Who commits, what and how often.
struct CommitOptions {
  std::string address;
  std::string user;
  std::string password;
  std::string statement;  ///< one transaction
  double rate = 200;      ///< a second
  std::size_t count = 2000;
};

/// Percentiles of times, in microseconds.
struct Spread {
  double median = 0;
  double p99 = 0;
  double max = 0;
};
[[nodiscard]] Spread spread_of(std::vector<std::int64_t> nanoseconds);

/// Commits at the given rate while subscribers that have caught up read; measures from each COMMIT's return to the
/// arrival of that transaction's last event, for every subscriber. A transaction may arrive before its COMMIT returns;
/// that counts as no delay.
[[nodiscard]] Result<Spread> measure_delay(std::vector<Subscription>& subscriptions, const CommitOptions& options,
                                           const std::shared_ptr<mysql::Interruption>& interruption);

}  // namespace sluice::bench
