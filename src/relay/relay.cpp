#include "relay/relay.h"

#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "relay/dump_count.h"

namespace sluice::relay {

namespace {

constexpr std::size_t buffer_size = 256U << 10U;
constexpr std::size_t spare_buffers_max = 4;
/// So much may be passed on before other connections of the thread get their turn.
constexpr std::size_t turn_size = 1U << 20U;

using Buffer = std::unique_ptr<std::uint8_t[]>;

/// A thread's buffers that nobody uses at the moment: who waits for bytes has none.
std::vector<Buffer>& spare_buffers() {
  thread_local std::vector<Buffer> spare;
  return spare;
}

Buffer take_buffer() {
  std::vector<Buffer>& spare = spare_buffers();
  if (spare.empty()) {
    return std::make_unique_for_overwrite<std::uint8_t[]>(buffer_size);
  }
  Buffer buffer = std::move(spare.back());
  spare.pop_back();
  return buffer;
}

void give_back(Buffer buffer) {
  if (spare_buffers().size() < spare_buffers_max) {
    spare_buffers().push_back(std::move(buffer));
  }
}

/// The two ends, for as long as either direction needs them.
struct Ends {
  mysql::Channel client;
  mysql::Channel instance;
  std::shared_ptr<RelayTotals> totals;

  void close() {
    client.close();
    instance.close();
  }
};

/// What a client sends is looked at on its way; what an instance sends is not.
struct Watch {
  DumpCount count;
  std::atomic<std::uint64_t>* dumps = nullptr;

  void look(ByteView bytes) {
    if (dumps != nullptr) *dumps += count.take(bytes);
  }
};

/// Passes on what there is and returns how much; 0: there is nothing at the moment.
asio::awaitable<Result<std::size_t>> pass_on(mysql::Channel& from, mysql::Channel& to, Watch& watch) {
  Buffer buffer = take_buffer();
  const Result<std::size_t> got = from.read_now({buffer.get(), buffer_size});
  Result<void> written;
  if (got && *got > 0) {
    watch.look({buffer.get(), *got});
    written = co_await to.write_framed({buffer.get(), *got});
  }
  give_back(std::move(buffer));
  if (!written) {
    co_return std::unexpected(written.error());
  }
  co_return got;
}

asio::awaitable<void> pump(std::shared_ptr<Ends> ends, mysql::Channel& from, mysql::Channel& to,
                           std::atomic<std::uint64_t>& total, std::atomic<std::uint64_t>* dumps) {
  Watch watch;
  watch.dumps = dumps;
  for (std::size_t turn = 0;;) {
    const Result<std::size_t> passed = co_await pass_on(from, to, watch);
    if (!passed) {
      break;
    }
    total += *passed;
    turn += *passed;
    if (*passed == 0) {
      const Result<void> waited = co_await from.wait_readable();
      if (!waited) {
        break;
      }
    }
    if (*passed == 0 || turn >= turn_size) {
      turn = 0;
      co_await asio::post(from.executor(), asio::use_awaitable);
    }
  }
  ends->close();
}

}  // namespace

asio::awaitable<void> relay(mysql::Channel client, mysql::Channel instance, std::shared_ptr<RelayTotals> totals) {
  const auto ends = std::make_shared<Ends>(std::move(client), std::move(instance), std::move(totals));
  asio::co_spawn(ends->client.executor(),
                 pump(ends, ends->client, ends->instance, ends->totals->to_instances, ends->totals->dumps),
                 asio::detached);
  co_await pump(ends, ends->instance, ends->client, ends->totals->to_clients, nullptr);
}

}  // namespace sluice::relay
