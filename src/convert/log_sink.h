#pragma once

#include "base/error.h"
#include "binlog/gtid_set.h"

namespace sluice::convert {

/// Takes the bytes of the log that convert lays out: files one after the other, each a header and then whole
/// transactions. One thread. A call that fails leaves the log as it was after the last commit.
class LogSink {
 public:
  virtual ~LogSink() = default;

  /// What is known of a transaction when its first byte is written.
  struct Transaction {
    std::uint64_t offset = 0;
    std::uint32_t timestamp = 0;
    std::string source_place;
    /// Whether the log can be converted anew from here: false inside a commit group.
    bool can_resume_here = true;
  };

  /// Begins file `number` with `header` (magic, FORMAT_DESCRIPTION, PREVIOUS_GTIDS). `source_place` is where the source
  /// has to be read from to get the file's first transaction, empty if that is not known yet.
  virtual Result<void> open_file(std::uint64_t number, ByteView header, const binlog::GtidSet& previous,
                                 std::string_view source_place) = 0;

  /// Appends the last event of the current file (ROTATE); open_file follows.
  virtual Result<void> close_file(ByteView rotate_event) = 0;

  virtual Result<void> begin(const Transaction& transaction) = 0;
  virtual Result<void> append(ByteView bytes) = 0;
  /// Leaves `size` bytes to be filled before the transaction's commit, at most once a transaction and as its first
  /// bytes.
  virtual Result<void> reserve(std::size_t size) = 0;
  virtual Result<void> fill(ByteView bytes) = 0;
  virtual Result<void> commit(const binlog::Gtid& gtid) = 0;
  /// Drops what came since begin.
  virtual void abort() = 0;

  /// Makes all that was committed visible to readers now. Without it the sink decides by size.
  virtual Result<void> publish() = 0;
};

}  // namespace sluice::convert
