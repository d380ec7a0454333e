#include "subscribers/delay.h"

#include <algorithm>
#include <ctime>
#include <thread>

#include <fmt/format.h>

#include "mysql/client.h"

namespace sluice::bench {
namespace {

constexpr std::int64_t nanoseconds_of_second = 1'000'000'000;
constexpr auto settle = std::chrono::milliseconds(500);
constexpr auto patience = std::chrono::seconds(20);

void sleep_until(std::int64_t nanoseconds) {
  const timespec time{nanoseconds / nanoseconds_of_second, nanoseconds % nanoseconds_of_second};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != 0) {
  }
}

/// When each COMMIT returned.
Result<std::vector<std::int64_t>> commit(mysql::Client& client, const CommitOptions& options) {
  std::vector<std::int64_t> returned;
  returned.reserve(options.count);
  const auto period = static_cast<std::int64_t>(static_cast<double>(nanoseconds_of_second) / options.rate);
  const std::int64_t begin = now_nanoseconds();
  for (std::size_t i = 0; i < options.count; ++i) {
    sleep_until(begin + static_cast<std::int64_t>(i) * period);
    if (auto done = client.execute(options.statement); !done) return std::unexpected(done.error());
    returned.push_back(now_nanoseconds());
  }
  return returned;
}

}  // namespace

Spread spread_of(std::vector<std::int64_t> nanoseconds) {
  if (nanoseconds.empty()) return {};
  std::ranges::sort(nanoseconds);
  const auto at = [&](double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(nanoseconds.size() - 1));
    return static_cast<double>(nanoseconds[index]) / 1000;
  };
  return {at(0.5), at(0.99), at(1)};
}

Result<Spread> measure_delay(std::vector<Subscription>& subscriptions, const CommitOptions& options,
                             const std::shared_ptr<mysql::Interruption>& interruption) {
  mysql::ClientOptions login;
  login.address = options.address;
  login.user = options.user;
  login.password = options.password;
  login.tls.mode = mysql::TlsMode::off;
  mysql::Client client(login, interruption);
  if (auto connected = client.connect(); !connected) return std::unexpected(connected.error());

  std::vector<std::vector<std::int64_t>> arrivals(subscriptions.size());
  std::atomic<std::size_t> complete = 0;
  std::atomic<bool> stop = false;
  Poller poller;
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    arrivals[i].reserve(options.count);
    poller.add(subscriptions[i], i);
  }
  std::thread reader([&] {
    (void)poller.run(
        [&](const Poller::Arrival& arrival) {
          auto& times = arrivals[arrival.index];
          times.insert(times.end(), arrival.transactions, arrival.time);
          if (arrival.transactions > 0 && times.size() >= options.count) ++complete;
          return times.size() < options.count;
        },
        stop);
  });
  std::this_thread::sleep_for(settle);
  const auto returned = commit(client, options);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (complete < subscriptions.size() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  stop = true;
  reader.join();
  if (!returned) return std::unexpected(returned.error());
  std::vector<std::int64_t> delays;
  for (const auto& times : arrivals) {
    if (times.size() != options.count) {
      return fail(ErrorKind::timeout,
                  fmt::format("a subscriber got {} of {} transactions", times.size(), options.count));
    }
    for (std::size_t i = 0; i < times.size(); ++i) {
      delays.push_back(std::max<std::int64_t>(0, times[i] - (*returned)[i]));
    }
  }
  return spread_of(std::move(delays));
}

}  // namespace sluice::bench
