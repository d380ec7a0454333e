#pragma once

#include <optional>

#include "base/bytes.h"
#include "binlog/event_header.h"
#include "binlog/gtid_set.h"
#include "store/log_position.h"

namespace sluice::dump {

/// Leaves out the transactions a subscriber has already. Events are shown in the order of the log.
class TransactionFilter {
 public:
  /// `end`: the place behind which nothing is left out any more.
  TransactionFilter(binlog::GtidSet known, std::optional<store::LogPosition> end);

  /// Whether anything at or behind `position` may still be left out. False once and it stays false.
  [[nodiscard]] bool active(const store::LogPosition& position);

  /// Whether this event belongs to a transaction that is left out. ROTATE, FORMAT_DESCRIPTION and PREVIOUS_GTIDS never
  /// do. Only the bytes of events that begin transactions are looked at; those of others may be missing.
  [[nodiscard]] bool skips(binlog::EventType type, ByteView event, binlog::Checksum checksum);

 private:
  binlog::GtidSet known_;
  std::optional<store::LogPosition> end_;
  bool skipping_ = false;
};

}  // namespace sluice::dump
