#include "dump/paced_writer.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::dump {

using std::chrono::steady_clock;

PacedWriter::PacedWriter(mysql::Channel& channel, const DumpLimits& limits)
    : channel_(channel), limits_(limits), timer_(channel.executor()) {}

bool PacedWriter::limited() const {
  return limits_.bytes_per_second.load(std::memory_order_relaxed) != 0 ||
         limits_.events_per_second.load(std::memory_order_relaxed) != 0;
}

asio::awaitable<Result<void>> PacedWriter::write(ByteView bytes, DumpRegistry::Entry& entry) {
  while (!bytes.empty()) {
    bytes_.set_rate(limits_.bytes_per_second.load(std::memory_order_relaxed), steady_clock::now());
    const ByteView slice = bytes.first(std::min<std::uint64_t>(bytes.size(), bytes_.share()));
    const Result<void> written = co_await channel_.write_framed(slice);
    if (!written) {
      co_return written;
    }
    entry.count_sent(slice.size(), 0);
    bytes = bytes.subspan(slice.size());
    if (bytes_.rate() != 0) {
      const steady_clock::time_point until = bytes_.use(slice.size(), steady_clock::now());
      co_await pause(until);
    }
  }
  co_return Result<void>();
}

std::uint64_t PacedWriter::events_at_once() {
  events_.set_rate(limits_.events_per_second.load(std::memory_order_relaxed), steady_clock::now());
  return events_.share();
}

asio::awaitable<void> PacedWriter::pause_for_events(std::uint64_t count) {
  if (events_.rate() != 0) {
    const steady_clock::time_point until = events_.use(count, steady_clock::now());
    co_await pause(until);
  }
}

asio::awaitable<void> PacedWriter::pause(steady_clock::time_point until) {
  if (until > steady_clock::now()) {
    timer_.expires_at(until);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace sluice::dump
