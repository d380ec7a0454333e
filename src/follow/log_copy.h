#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "binlog/event_header.h"
#include "binlog/transaction_boundary.h"
#include "convert/log_sink.h"
#include "store/log_position.h"

namespace sluice::follow {

/// Where the source has a transaction: what a mark of the log tells (store/marks.h).
struct SourcePlace {
  std::uint64_t offset = 0;  ///< in the log's file
  std::uint32_t previous_timestamp = 0;
  std::string source_place;
};

/// Knows where the source has the transactions of the primary's log. Blocks.
class PlaceFinder {
 public:
  virtual ~PlaceFinder() = default;

  /// Of the transaction that begins at `position`, if its primary has a mark there.
  [[nodiscard]] virtual Result<std::optional<SourcePlace>> find(const store::LogPosition& position) = 0;
};

/// Makes of the events a primary sends the calls that write the same bytes at the same offsets. What does not follow on
/// the byte before is refused (ErrorKind::corrupt) and never written. Pure but for `sink` and `places`; one thread.
///
/// Events are those of COM_BINLOG_DUMP with checksums: what exists on the wire only (artificial ROTATE, HEARTBEAT, a
/// FORMAT_DESCRIPTION without a place) is read and dropped.
class LogCopy {
 public:
  /// The next byte belongs at `next`, which is behind a whole transaction, or is {0, 0}: the log is empty and begins
  /// with the first file that is sent.
  LogCopy(const store::LogPosition& next, convert::LogSink& sink, PlaceFinder& places)
      : next_(next), sink_(sink), places_(places) {}

  /// One whole event. An error leaves the sink where its last transaction ended, once break_off() was called.
  [[nodiscard]] Result<void> take(ByteView event);

  /// Nothing more is there at the moment.
  [[nodiscard]] Result<void> idle();

  /// The stream has broken off: the transaction under way is dropped.
  void break_off();

  [[nodiscard]] bool in_transaction() const { return in_transaction_; }
  /// Where the next byte of the log belongs.
  [[nodiscard]] const store::LogPosition& next() const { return next_; }
  /// The file that ended with the last event, if it was its ROTATE.
  [[nodiscard]] std::optional<store::LogPosition> ended_file() const { return ended_file_; }

  /// What the last event ended, if it did.
  struct Transaction {
    std::uint64_t events = 0;
    std::int64_t commit_time = 0;  ///< microseconds since 1970
  };
  [[nodiscard]] const std::optional<Transaction>& ended_transaction() const { return ended_transaction_; }

 private:
  [[nodiscard]] Result<void> check_place(const binlog::EventHeader& header) const;
  [[nodiscard]] Result<void> rotate(const binlog::EventHeader& header, ByteView event);
  [[nodiscard]] Result<void> go_to(const store::LogPosition& position);
  [[nodiscard]] Result<void> begin_file(ByteView event);
  [[nodiscard]] Result<void> open_file(ByteView previous_gtids);
  [[nodiscard]] Result<void> begin_transaction(const binlog::EventHeader& header, ByteView event);
  [[nodiscard]] Result<void> add(const binlog::EventHeader& header, ByteView event);
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view what) const;

  store::LogPosition next_;
  convert::LogSink& sink_;
  PlaceFinder& places_;
  Bytes file_header_;  ///< of the file that begins, until it is whole
  bool in_transaction_ = false;
  store::LogPosition transaction_begin_;
  binlog::Gtid gtid_;
  Transaction transaction_;
  binlog::TransactionBoundary boundary_;
  std::optional<store::LogPosition> ended_file_;
  std::optional<Transaction> ended_transaction_;
};

}  // namespace sluice::follow
