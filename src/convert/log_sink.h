#pragma once

#include <optional>

#include "base/error.h"
#include "binlog/gtid_set.h"

namespace sluice::convert {

/// Takes the bytes of the log that convert lays out: files one after the other, each a header and then whole
/// transactions. One thread. A call that fails leaves the log as it was after the last commit.
class LogSink {
 public:
  virtual ~LogSink() = default;

  /// What has to be known to convert the log anew from the start of a transaction.
  struct Resume {
    std::string_view source_place;         ///< where the source has to be read from
    std::uint32_t previous_timestamp = 0;  ///< of the transaction before
  };

  /// Begins file `number` with `header` (magic, FORMAT_DESCRIPTION, PREVIOUS_GTIDS). `resume` is for its first
  /// transaction.
  virtual Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                 const Resume& resume) = 0;

  /// Appends the last event of the current file (ROTATE); open_file follows.
  virtual Result<void> close_file(ByteView rotate_event) = 0;

  /// Begins a transaction. No `resume`: the log cannot be taken up here (inside a commit group).
  virtual Result<void> begin(const std::optional<Resume>& resume) = 0;
  virtual Result<void> append(ByteView events) = 0;
  /// The transaction's first bytes, to be replaced by as many others before its commit.
  virtual Result<void> append_provisional(ByteView event) = 0;
  virtual Result<void> replace_provisional(ByteView event) = 0;
  /// `next_place` is where the source has to be read from to get what follows.
  virtual Result<void> commit(const binlog::Gtid& gtid, std::string_view next_place) = 0;
  /// Drops what came since begin.
  virtual void abort() = 0;
  /// Between transactions: what follows has to be read from `place` now. To be kept, as commit's `next_place`.
  virtual Result<void> moved(std::string_view place) = 0;

  /// Whether the file ends behind the last commit, if that is settled because it is stored already.
  virtual std::optional<bool> file_ends_here() = 0;

  /// Makes all that was committed visible to readers now. Without it the sink decides by size.
  virtual Result<void> publish() = 0;
};

}  // namespace sluice::convert
