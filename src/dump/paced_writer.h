#pragma once

#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "base/pace.h"
#include "dump/dump_limits.h"
#include "dump/dump_registry.h"
#include "mysql/channel.h"

namespace sluice::dump {

namespace asio = boost::asio;

/// Writes to one subscriber no faster than the limits allow, in slices of a twentieth of a second's share, so that a
/// large block does not come at once; pauses are timers of the channel's executor and no longer than a slice needs.
class PacedWriter {
 public:
  PacedWriter(mysql::Channel& channel, const DumpLimits& limits);

  /// Whether there is a limit at present.
  [[nodiscard]] bool limited() const;

  /// Writes framed bytes, and counts them in the entry.
  [[nodiscard]] asio::awaitable<Result<void>> write(ByteView bytes, DumpRegistry::Entry& entry);

  /// So many events are worth writing at once; a very large number without a limit.
  [[nodiscard]] std::uint64_t events_at_once();
  /// Waits until more events may be written than the `count` that were, at the rate events_at_once() last saw.
  [[nodiscard]] asio::awaitable<void> pause_for_events(std::uint64_t count);

 private:
  [[nodiscard]] asio::awaitable<void> pause(std::chrono::steady_clock::time_point until);

  mysql::Channel& channel_;
  const DumpLimits& limits_;
  Pace bytes_;
  Pace events_;
  asio::steady_timer timer_;
};

}  // namespace sluice::dump
