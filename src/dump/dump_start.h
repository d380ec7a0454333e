#pragma once

#include <optional>

#include "base/error.h"
#include "binlog/gtid_set.h"
#include "dump/subscriber.h"
#include "store/log.h"

namespace sluice::dump {

/// MySQL's number for everything that ends a dump (ER_MASTER_FATAL_ERROR_READING_BINLOG).
inline constexpr int fatal_dump_error = 1236;

/// Where a dump begins and what it leaves out.
struct DumpStart {
  store::LogPosition position;
  /// Keeps what begins there from being purged.
  std::unique_ptr<store::ReaderHold> hold;
  /// Transactions the subscriber has already; they are skipped.
  binlog::GtidSet known;
  /// Behind this place nothing is skipped any more: what was written after the dump began cannot be known to a
  /// subscriber that had nothing then that we had not. Nothing: skip for ever (a subscriber that has transactions of
  /// other sources, which may be in the log one day, or that named file and set).
  std::optional<store::LogPosition> skip_end;
};

/// The GTIDs a subscriber says it has; empty without gtid_data. The error is what it is told, code 1236.
[[nodiscard]] Result<binlog::GtidSet> known_gtids(const Subscriber& subscriber);

/// Whether the subscriber begins where its GTIDs say, and not at a file and position.
[[nodiscard]] bool starts_by_gtids(const Subscriber& subscriber);

/// Whether the subscriber is ahead of the log: it names a place behind the end, or has transactions of our sources that
/// we have not, or there is no file yet. The log lost its end, or is still catching up. Quick.
[[nodiscard]] bool is_ahead(const store::Log& log, const Subscriber& subscriber, const binlog::GtidSet& known);

/// Finds the start, or says why there is none, in MySQL's words with code 1236. May read from disk.
[[nodiscard]] Result<DumpStart> find_start(const store::Log& log, const Subscriber& subscriber, binlog::GtidSet known);

}  // namespace sluice::dump
