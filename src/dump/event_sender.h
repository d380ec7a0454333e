#pragma once

#include <memory>

#include "dump/dump_registry.h"
#include "dump/event_packer.h"
#include "dump/large_event.h"
#include "dump/paced_writer.h"
#include "dump/subscriber.h"
#include "mysql/channel.h"

namespace sluice::dump {

/// One subscriber's outgoing side: queues events in the form it wants, writes many at once, and knows how long nothing
/// has been sent. Runs on the channel's executor.
class EventSender {
 public:
  EventSender(mysql::Channel& channel, const Subscriber& subscriber, std::uint32_t server_id, const DumpLimits& limits);

  /// What is sent is counted in `entry`. To be called before anything is queued.
  void count_in(std::shared_ptr<DumpRegistry::Entry> entry) { entry_ = std::move(entry); }

  // These queue.

  /// The artificial ROTATE that names the file whose events follow.
  void add_rotate(const store::LogPosition& position);
  /// The stored FORMAT_DESCRIPTION of a file that the subscriber reads from its middle on.
  void add_format_description(Bytes event);
  /// Events [first, last) of a block, behind a heartbeat if others were left out before them.
  void add(const store::Block& block, std::size_t first, std::size_t last);

  /// Takes note that events were left out. A replica is told by a heartbeat, or it would not know how far it is.
  void note_skipped() { skipped_ = true; }
  [[nodiscard]] bool has_skipped() const { return skipped_; }
  /// So many events are worth queueing before they are sent; a very large number without a limit.
  [[nodiscard]] std::uint64_t events_at_once() { return writer_.events_at_once(); }
  /// And so many bytes.
  [[nodiscard]] static std::size_t bytes_at_once() { return EventPacker::share(); }
  /// What the log's files have, as far as the last FORMAT_DESCRIPTION said.
  [[nodiscard]] binlog::Checksum stored_checksum() const { return packer_.stored_format().checksum; }
  void set_stored_format(const AnnouncedFormat& format) { packer_.set_stored_format(format); }

  // These send. `reached` is the place in the log behind all that was taken.

  /// Writes what is queued if it is enough for a write, or as many events as may come at once; lets others run if the
  /// thread was used for long.
  [[nodiscard]] asio::awaitable<Result<void>> send_if_much(const store::LogPosition& reached, std::uint64_t taken);
  /// Writes what is queued, and the heartbeat that left out events ask for.
  [[nodiscard]] asio::awaitable<Result<void>> send_all(const store::LogPosition& reached);
  [[nodiscard]] asio::awaitable<Result<void>> send_large(const LargeEventSource& event);
  [[nodiscard]] asio::awaitable<Result<void>> send_heartbeat(const store::LogPosition& reached);

  /// When a heartbeat is due if nothing is sent until then; far away if the subscriber wants none.
  [[nodiscard]] std::chrono::steady_clock::time_point heartbeat_time() const;
  [[nodiscard]] bool heartbeat_is_due() const { return std::chrono::steady_clock::now() >= heartbeat_time(); }

  /// Gives the buffer back until there is something to send again.
  void release() { packer_.release(); }

 private:
  void add_heartbeat(const store::LogPosition& reached);
  std::uint64_t count_written(std::uint64_t bytes);
  [[nodiscard]] asio::awaitable<Result<void>> write_slowly();
  [[nodiscard]] asio::awaitable<Result<void>> write(const store::LogPosition& reached);

  mysql::Channel& channel_;
  const asio::any_io_executor executor_;
  const std::uint32_t server_id_;
  const binlog::Checksum negotiated_;
  std::chrono::nanoseconds heartbeat_period_;
  const bool heartbeat_v2_;
  const bool semi_sync_;
  EventPacker packer_;
  PacedWriter writer_;
  std::shared_ptr<DumpRegistry::Entry> entry_;
  std::chrono::steady_clock::time_point last_sent_ = std::chrono::steady_clock::now();
  std::uint64_t queued_events_ = 0;                       ///< of the log
  std::uint32_t queued_timestamp_ = 0;                    ///< of the last of them
  std::chrono::steady_clock::time_point queued_since_{};  ///< when the first of them was published, if that is known
  std::uint64_t turn_used_ = 0;                           ///< bytes of the log taken since others could run
  bool format_known_ = false;  ///< the subscriber has got a FORMAT_DESCRIPTION, or will before the next ROTATE
  bool skipped_ = false;       ///< events were left out since the last one queued
};

}  // namespace sluice::dump
