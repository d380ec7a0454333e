#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "binlog/gtid_event.h"

namespace sluice::convert {

/// Rebases the logical clock of transactions from the source's files to ours, so that a replica that applies in
/// parallel waits for exactly what it has to.
///
/// `sequence_number` counts in one file; `last_committed` is the sequence number of the last transaction that must be
/// done before. Within a run of comparable source clocks (one source file) ours is the source's plus a constant, which
/// is chosen when a run or a file of ours begins. So nothing has to be remembered but the number of the transaction
/// before.
class LogicalClock {
 public:
  /// Taken up behind a transaction with this number; 0 at the start of a file.
  explicit LogicalClock(std::int64_t last_sequence) : last_sequence_(last_sequence) {}

  /// A file of ours begins.
  void begin_file();

  /// For a transaction with a clock of its source, comparable to others of the same epoch.
  [[nodiscard]] binlog::GtidEvent::LogicalClock rebase(const binlog::GtidEvent::LogicalClock& source,
                                                       std::string_view epoch);

  /// For a transaction without one: after all before it, except those next to it in the same commit group.
  [[nodiscard]] binlog::GtidEvent::LogicalClock assign(std::optional<std::uint64_t> commit_group);

 private:
  std::int64_t last_sequence_;
  std::optional<std::int64_t> difference_;  ///< ours minus the source's
  std::string epoch_;
  std::optional<std::uint64_t> commit_group_;
  std::int64_t group_committed_ = 0;
};

}  // namespace sluice::convert
