#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "dump/dump_control.h"
#include "dump/dump_registry.h"
#include "dump/notifier.h"
#include "dump/subscriber.h"
#include "mysql/channel.h"
#include "store/log.h"

namespace sluice::dump {

/// What all dumps of an instance share. Must outlive them.
struct DumpService {
  std::shared_ptr<store::Log> log;
  DumpRegistry* registry = nullptr;
  asio::any_io_executor disk;   ///< a thread pool for what may wait for the disk
  std::uint32_t server_id = 0;  ///< in the events that exist on the wire only
  /// How long a subscriber that has more transactions than the log is kept waiting before it is refused.
  std::chrono::milliseconds ahead_wait{3000};
  /// Whether the log has all there is to be had at the moment; none: it has. Quick; called from the I/O threads.
  std::function<bool()> caught_up{};
  /// While it has not, one that is ahead of the log (see is_ahead) is kept waiting so long, unless it does not want to
  /// be kept waiting for anything.
  std::chrono::milliseconds catching_up_wait{60'000};
};

/// Answers COM_BINLOG_DUMP and COM_BINLOG_DUMP_GTID: sends the log from where the subscriber wants it and then what is
/// added to it, until the peer or channel.close() ends the connection. Runs on the channel's executor, which is the
/// notifier's.
///
/// A subscriber that has caught up is sent the log's shared blocks; one that is behind gets the files read in large
/// pieces. A slow one costs its position and one buffer while a write is under way; an idle one no buffer at all.
///
/// A subscriber that is ahead of the log waits until it is not: without a thread, and no longer than the service says.
///
/// Succeeds when a non-blocking dump has sent everything and EOF, or when `control` killed it: the connection takes the
/// next command.
/// ErrorKind::refused: the subscriber was told (error 1236). Other errors: the connection is broken. After an error it
/// has to be closed.
[[nodiscard]] asio::awaitable<Result<void>> serve(mysql::Channel& channel, Notifier& notifier,
                                                  const DumpService& service, Subscriber subscriber,
                                                  DumpControl& control);

}  // namespace sluice::dump
