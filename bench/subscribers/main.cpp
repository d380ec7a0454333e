#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "subscribers/delay.h"

namespace {

using namespace sluice;
using namespace sluice::bench;

struct Options {
  DumpOptions dump;
  std::uint32_t count = 1;
  std::size_t threads = 1;
  std::uint64_t bytes = 0;         ///< read: each subscriber leaves after so many; 0: at EOF
  std::uint64_t transactions = 0;  ///< read: or after so many
  std::size_t repeats = 100;       ///< reconnect
  double retry_seconds = 0;
  int server_pid = 0;
  CommitOptions commit;
};

using Interruption = std::shared_ptr<mysql::Interruption>;

Result<std::vector<Subscription>> open_all(const Options& options, const Interruption& interruption) {
  std::vector<Subscription> subscriptions;
  subscriptions.reserve(options.count);
  for (std::uint32_t i = 0; i < options.count; ++i) {
    auto opened = Subscription::open(options.dump, i, interruption);
    if (!opened) return std::unexpected(std::move(opened.error()));
    subscriptions.push_back(std::move(*opened));
  }
  return subscriptions;
}

Result<void> begin_all(std::vector<Subscription>& subscriptions, const DumpOptions& options) {
  for (Subscription& subscription : subscriptions) {
    if (auto begun = subscription.begin(options); !begun) return begun;
  }
  return {};
}

/// Reads all subscriptions to their limits. Returns how many failed.
std::size_t read_all(std::vector<Subscription>& subscriptions, const Options& options) {
  const std::atomic<bool> never = false;
  std::atomic<std::size_t> failed = 0;
  std::vector<std::thread> threads;
  for (std::size_t number = 0; number < options.threads; ++number) {
    threads.emplace_back([&, number] {
      Poller poller;
      for (std::size_t i = number; i < subscriptions.size(); i += options.threads)
        poller.add(subscriptions[i], i);
      failed += poller.run(
          [&](const Poller::Arrival& arrival) {
            const Subscription& subscription = arrival.subscription;
            const bool enough = (options.bytes > 0 && subscription.bytes >= options.bytes) ||
                                (options.transactions > 0 && subscription.transactions >= options.transactions);
            return !enough;
          },
          never);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  return failed;
}

Result<void> read(const Options& options, const Interruption& interruption) {
  const auto give_up =
      now_nanoseconds() + static_cast<std::int64_t>(options.retry_seconds * 1e9);  // a log may not be open yet
  for (;;) {
    auto subscriptions = open_all(options, interruption);
    if (!subscriptions) {
      if (now_nanoseconds() > give_up) return std::unexpected(std::move(subscriptions.error()));
      ::usleep(10'000);
      continue;
    }
    const double server_before = cpu_seconds_of(options.server_pid);
    const double own_before = own_cpu_seconds();
    const std::int64_t begin = now_nanoseconds();
    if (auto begun = begin_all(*subscriptions, options.dump); !begun) return begun;
    const std::size_t failed = read_all(*subscriptions, options);
    const std::int64_t end = now_nanoseconds();
    if (failed > 0 && now_nanoseconds() < give_up) {
      ::usleep(10'000);
      continue;
    }
    if (failed > 0) return fail(ErrorKind::closed, fmt::format("{} subscribers were cut off", failed));
    std::uint64_t bytes = 0;
    std::uint64_t events = 0;
    std::uint64_t transactions = 0;
    for (const Subscription& subscription : *subscriptions) {
      bytes += subscription.bytes;
      events += subscription.events;
      transactions += subscription.transactions;
    }
    fmt::print(
        "{{\"seconds\": {:.6f}, \"ended\": {}, \"bytes\": {}, \"events\": {}, \"transactions\": {}, "
        "\"server_cpu\": {:.4f}, \"client_cpu\": {:.4f}}}\n",
        static_cast<double>(end - begin) * 1e-9, end, bytes, events, transactions,
        cpu_seconds_of(options.server_pid) - server_before, own_cpu_seconds() - own_before);
    return {};
  }
}

Result<void> delay(const Options& options, const Interruption& interruption) {
  auto subscriptions = open_all(options, interruption);
  if (!subscriptions) return std::unexpected(std::move(subscriptions.error()));
  if (auto begun = begin_all(*subscriptions, options.dump); !begun) return begun;
  const auto spread = measure_delay(*subscriptions, options.commit, interruption);
  if (!spread) return std::unexpected(spread.error());
  fmt::print("{{\"median_us\": {:.1f}, \"p99_us\": {:.1f}, \"max_us\": {:.1f}}}\n", spread->median, spread->p99,
             spread->max);
  return {};
}

/// From the dump command to the first transaction, again and again on new connections.
Result<void> reconnect(const Options& options, const Interruption& interruption) {
  std::vector<std::int64_t> times;
  for (std::uint32_t i = 0; i < options.repeats; ++i) {
    auto subscription = Subscription::open(options.dump, i, interruption);
    if (!subscription) return std::unexpected(std::move(subscription.error()));
    const std::atomic<bool> never = false;
    Poller poller;
    poller.add(*subscription, 0);
    const std::int64_t begin = now_nanoseconds();
    if (auto begun = subscription->begin(options.dump); !begun) return begun;
    std::int64_t end = 0;
    const std::size_t failed = poller.run(
        [&](const Poller::Arrival& arrival) {
          if (arrival.first_gtids > 0) end = arrival.time;
          return end == 0;
        },
        never);
    if (failed > 0 || end == 0) return fail(ErrorKind::closed, "the dump ended before its first transaction");
    times.push_back(end - begin);
  }
  const Spread spread = spread_of(std::move(times));
  fmt::print("{{\"median_us\": {:.1f}, \"p99_us\": {:.1f}, \"max_us\": {:.1f}}}\n", spread.median, spread.p99,
             spread.max);
  return {};
}

/// Subscribes, says so, and reads until standard input ends.
Result<void> stay(const Options& options, const Interruption& interruption) {
  auto subscriptions = open_all(options, interruption);
  if (!subscriptions) return std::unexpected(std::move(subscriptions.error()));
  if (auto begun = begin_all(*subscriptions, options.dump); !begun) return begun;
  std::atomic<bool> stop = false;
  std::size_t failed = 0;
  Poller poller;
  for (std::size_t i = 0; i < subscriptions->size(); ++i)
    poller.add((*subscriptions)[i], i);
  std::thread reader([&] { failed = poller.run([](const Poller::Arrival&) { return true; }, stop); });
  fmt::print("ready\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  stop = true;
  reader.join();
  if (failed > 0) return fail(ErrorKind::closed, fmt::format("{} subscribers were cut off", failed));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Binlog subscribers that cost little, for benchmarks. Results are one line of JSON.");
  Options options;
  app.add_option("--address", options.dump.address, "host:port")->required();
  app.add_option("--user", options.dump.user)->required();
  app.add_option("--password", options.dump.password)->required();
  app.add_flag("--tls", options.dump.tls);
  app.add_option("--file", options.dump.file, "by file and position: empty for the oldest file");
  app.add_option("--position", options.dump.position);
  app.add_option("--gtids", options.dump.gtids, "by GTID: what the subscribers have already");
  app.add_flag("--non-blocking", options.dump.non_blocking);
  app.add_option("--first-server-id", options.dump.first_server_id);
  app.add_option("--count", options.count, "how many subscribers");
  app.add_option("--threads", options.threads, "that read");
  app.add_option("--server-pid", options.server_pid, "whose CPU time is told");
  auto* const read_command = app.add_subcommand("read", "read and leave");
  read_command->add_option("--bytes", options.bytes, "each");
  read_command->add_option("--transactions", options.transactions, "each");
  read_command->add_option("--retry", options.retry_seconds, "begin anew for so many seconds when refused");
  auto* const delay_command = app.add_subcommand("delay", "from COMMIT's return to arrival");
  delay_command->add_option("--source", options.commit.address)->required();
  delay_command->add_option("--source-user", options.commit.user)->required();
  delay_command->add_option("--source-password", options.commit.password)->required();
  delay_command->add_option("--statement", options.commit.statement)->required();
  delay_command->add_option("--rate", options.commit.rate);
  delay_command->add_option("--commits", options.commit.count);
  auto* const reconnect_command = app.add_subcommand("reconnect", "from the dump command to the first transaction");
  reconnect_command->add_option("--repeats", options.repeats);
  auto* const stay_command = app.add_subcommand("stay", "until standard input ends");
  app.require_subcommand(1);
  app.fallthrough();
  CLI11_PARSE(app, argc, argv);

  const auto interruption = mysql::Interruption::make();
  Result<void> done = fail(ErrorKind::io, "no file descriptors left");
  if (interruption && *read_command) done = read(options, *interruption);
  if (interruption && *delay_command) done = delay(options, *interruption);
  if (interruption && *reconnect_command) done = reconnect(options, *interruption);
  if (interruption && *stay_command) done = stay(options, *interruption);
  if (done) return 0;
  std::fprintf(stderr, "sluice-subscribers: %s\n", done.error().message.c_str());
  return 1;
}
